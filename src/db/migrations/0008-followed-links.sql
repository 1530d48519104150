-- Links to records that have been merged: the application's id is not at HubSpot any more.
-- Locks: links for a moment (a column with a constant default, nothing is rewritten).

-- Written under HubSpot's id, because a merge has taken away the value by which the record was known.
alter table {schema}.links add column followed boolean not null default false;
