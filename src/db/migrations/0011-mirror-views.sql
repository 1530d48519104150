-- What plain SQL reads of the mirror besides its records, whose views follow the portal's properties and are written as those are read.
-- These names and columns are a promise: columns are added at the end, and none is taken away.
-- Locks: creates views only; nothing that exists is touched.

create view {schema}.hubspot_lists as
select l.id as list_id, l.name, l.object_type, l.processing_type, l.size as hubspot_size,
       b.members, l.members_read_at as members_synced_at, l.read_at as synced_at
from {schema}.mirror_lists l cross join lateral (
  select count(*) as members from {schema}.mirror_memberships m where m.list_id = l.id and m.left_at is null
) b
where l.deleted_at is null;

-- One row for each time a record was on a list; left_at is null while it is.
create view {schema}.hubspot_memberships as
select b.list_id, l.name as list, l.object_type, b.record_id as hubspot_id, b.joined_at, b.left_at
from {schema}.mirror_memberships b join {schema}.mirror_lists l on l.id = b.list_id;

-- One row for each kind in which two records are linked.
create view {schema}.hubspot_links as
select k.from_type, k.from_id, k.to_type, k.to_id, t.value ->> 'category' as category, (t.value ->> 'typeId')::integer as type_id,
       t.value ->> 'label' as label, k.read_at as synced_at
from {schema}.mirror_links k left join lateral jsonb_array_elements(k.types) t(value) on true;

create view {schema}.hubspot_owners as
select id as owner_id, email, first_name, last_name, archived, read_at as synced_at from {schema}.mirror_owners;

create view {schema}.hubspot_stages as
select object_type, pipeline_id, pipeline, stage_id, stage, display_order, metadata, read_at as synced_at from {schema}.mirror_stages;

create view {schema}.hubspot_properties as
select object_type, name, definition ->> 'label' as label, type, definition ->> 'fieldType' as field_type,
       coalesce((definition ->> 'calculated')::boolean, false) as calculated, definition, read_at as synced_at
from {schema}.mirror_properties;

-- In the recycle bin (archived), or erased and out of it (gone): of the latter nothing is kept but the id.
create view {schema}.hubspot_archived_records as
select object_type, id as hubspot_id, state, left_at, created_at, updated_at, properties
from {schema}.mirror_records where state in ('archived', 'gone');

create view {schema}.hubspot_merges as
select object_type, id as hubspot_id, merged_into, left_at as merged_at from {schema}.mirror_records where state = 'merged';

-- Each kept change of a property; null for empty.
create view {schema}.hubspot_changes as
select c.object_type, c.record_id as hubspot_id, p.key as property, p.value ->> 0 as before, p.value ->> 1 as after,
       c.updated_at, c.found_at
from {schema}.mirror_changes c cross join lateral jsonb_each(c.changes) p;

create view {schema}.hubspot_segments as
select s.name as segment, s.object_type, m.record_id as hubspot_id, m.since
from {schema}.segments s join {schema}.segment_members m on m.segment = s.name;
