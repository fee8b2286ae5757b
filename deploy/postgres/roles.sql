-- Two roles for a fleet: one that makes and upgrades the schema, one that nodes run as. Run once by a superuser, or by the
-- owner of the database that may make roles, in the database that nodes will share:
--
--   createdb namesake && psql -d namesake -v owner_password="'…'" -v member_password="'…'" -f roles.sql
--
-- then "namesake fleet migrate" with the owner's URL, and again before each upgrade.

create role fleet_owner login password :owner_password;
create role fleet_member login password :member_password;

-- Where a provider runs the database, its master user is no superuser: what it makes for a role it makes as a member of it.
grant fleet_owner to current_user;

create schema namesake authorization fleet_owner;
grant usage on schema namesake to fleet_member;
alter default privileges for role fleet_owner in schema namesake
  grant select, insert, update, delete on tables to fleet_member;

-- For searches in the history of all nodes.
create extension if not exists pg_trgm with schema namesake;

-- A node that hangs with a transaction open must not hold the others up.
alter role fleet_member set idle_in_transaction_session_timeout = '30s';
