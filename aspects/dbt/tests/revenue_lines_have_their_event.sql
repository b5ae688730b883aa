-- Lines whose event did not arrive: the export was broken off, or tables were emptied one by one.
select id, event_uuid
from {{ ref("revenue_lines") }}
where event_uuid not in (select uuid from {{ ref("revenue_events") }})
