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
]
