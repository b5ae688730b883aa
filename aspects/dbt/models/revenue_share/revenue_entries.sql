-- A row that was sent twice counts once, and its newest copy counts.
select * from {{ source("revenue_share", "revenue_share_entries") }} final
