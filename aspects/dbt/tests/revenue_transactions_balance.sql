-- Transactions whose debits and credits differ: there are none in the books.
select transaction_uuid, currency, sum(debit_minor) as debit, sum(credit_minor) as credit
from {{ ref("revenue_entries") }}
group by transaction_uuid, currency
having debit != credit
