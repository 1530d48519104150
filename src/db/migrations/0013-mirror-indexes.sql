-- Indexes for questions to the mirror, chosen by measuring them (`npm run bench -- mirror`), and segments that are written faster.
-- Locks: mirror_records and its partitions, pull_hints, segment_members and segment_changes; the mirror cannot be written while its indexes
-- are built, some seconds for each million records.

-- By address, whole or by its beginning, in whatever case it was typed.
create index mirror_contacts_email on {schema}.mirror_contacts (lower(properties ->> 'email') text_pattern_ops);

-- The latest changes first. Nothing but the primary key begins with the object type, which each partition has one of: Postgres would
-- take such an index for the records of a page as well, and walk all of it.
create index mirror_records_updated on {schema}.mirror_records (updated_at, id);
drop index {schema}.mirror_records_changed;
create index mirror_records_changed on {schema}.mirror_records (changed_at);

-- In the order in which they are taken.
drop index {schema}.pull_hints_ready;
create index pull_hints_next on {schema}.pull_hints (object_type, failures, ready_at);

-- Hundreds of thousands join a segment at once: the check of each one's segment took longer than all the rest. Who removes a segment
-- removes its members.
alter table {schema}.segment_members drop constraint segment_members_segment_fkey;

-- Nothing looks for the changes of one record.
drop index {schema}.segment_changes_record;
