/** The schema in PostgreSQL, step by step: a step that was released is never changed, a new one is put behind. */

export const migrations: readonly string[] = [
  `
  -- Who does what only one node may do. A new holder has a higher epoch, and what an older one still writes is refused.
  create table namesake.lease (
    name text primary key,
    holder text not null,
    epoch bigint not null,
    until timestamptz not null
  );
  -- What a directory's source said, round by round. Full: everything; delta: what changed since the round before.
  create table namesake.round (
    directory text not null,
    seq bigint not null,
    id uuid not null unique,
    kind text not null check (kind in ('full', 'delta')),
    epoch bigint not null,
    pages int not null,
    digest text not null,
    source_cursor text,
    fingerprint text not null,
    node text not null,
    at timestamptz not null default now(),
    primary key (directory, seq)
  );
  -- A round's pages, compressed; they come before their round, which alone makes them count.
  create table namesake.page (
    round uuid not null,
    n int not null,
    data bytea not null,
    at timestamptz not null default now(),
    primary key (round, n)
  );
  alter table namesake.page alter column data set storage external;
  -- Texts that all nodes share, with every revision; the newest counts.
  create table namesake.document (
    name text not null,
    revision bigint not null,
    text text not null,
    node text not null,
    at timestamptz not null default now(),
    primary key (name, revision)
  );
  create table namesake.node (
    name text primary key,
    version text not null,
    seen timestamptz not null,
    state jsonb not null
  );
  `,
  `
  -- Searches for parts of words use trigrams; the extension may lie in any schema.
  create extension if not exists pg_trgm with schema namesake;
  select set_config('search_path', 'namesake, ' || quote_ident(nspname), true)
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm';
  -- What was caught on all nodes. The line is the record as its node keeps it; the rest is what it is found and counted by.
  create table namesake.record (
    id text primary key,
    at timestamptz not null,
    node text not null,
    verdict text not null,
    tier text,
    kind text,
    action text,
    disposition text not null,
    directory text,
    person text,
    address text,
    name text,
    from_name text,
    authenticated boolean,
    public_provider boolean not null,
    domains text[] not null,
    search text not null,
    line text not null
  );
  create index on namesake.record (at, id);
  create index on namesake.record (directory, person, address, at) where person is not null;
  create index on namesake.record (person, at) where person is not null;
  create index on namesake.record using gin (domains);
  create index on namesake.record using gin (search gin_trgm_ops);
  -- Up to which of its own records each history has sent them.
  create table namesake.sender (
    history uuid primary key,
    node text not null,
    sequence bigint not null
  );
  -- What the records of a person's name at an address come to; and of those, by word.
  create table namesake.pair (
    directory text not null,
    person text not null,
    address text not null,
    name text not null,
    count bigint not null,
    authenticated bigint not null,
    unauthenticated bigint not null,
    detected bigint not null,
    rejected bigint not null,
    exact bigint not null,
    first timestamptz not null,
    last timestamptz not null,
    public_provider boolean not null,
    primary key (directory, person, address)
  );
  create index on namesake.pair (last, directory, person, address);
  create index on namesake.pair (detected, last, directory, person, address);
  create index on namesake.pair (count) where count <= 0;
  create index on namesake.pair (last) where count >= 5 and authenticated = count and exact = count;
  create index on namesake.pair (last) where count > detected;
  create table namesake.pair_word (
    directory text not null,
    person text not null,
    address text not null,
    part text not null,
    word text not null,
    count bigint not null,
    primary key (directory, person, address, part, word)
  );
  create index on namesake.pair_word (count) where count <= 0;
  -- Messages by hour since 1970 and by what they are; whose names were taken, by day; records of each node.
  create table namesake.counter (
    hour int not null,
    node text not null,
    verdict text not null,
    tier text not null,
    kind text not null,
    action text not null,
    disposition text not null,
    count bigint not null,
    primary key (hour, node, verdict, tier, kind, action, disposition)
  );
  create table namesake.person_day (
    day int not null,
    directory text not null,
    person text not null,
    name text not null,
    count bigint not null,
    primary key (day, directory, person)
  );
  create table namesake.node_records (
    node text primary key,
    count bigint not null
  );
  -- What was erased: each node erases it in its own history too, before it sends anything else.
  create table namesake.erasure (
    id uuid primary key,
    data jsonb not null,
    node text not null,
    at timestamptz not null default now()
  );
  -- Answers, audit log, and who may use the console: the newest of each, null for what was taken away.
  create table namesake.entry (
    kind text not null,
    key text not null,
    data text,
    revision bigint not null,
    node text not null,
    at timestamptz not null default now(),
    primary key (kind, key)
  );
  create index on namesake.entry (revision, kind, key);
  create table namesake.entry_batch (
    revision bigint primary key,
    id uuid not null
  );
  create table namesake.entry_revision (n bigint not null);
  insert into namesake.entry_revision values (0);
  `,
]
