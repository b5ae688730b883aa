-- What each month moved on each account; the sum up to a month is the balance at its end.
select
    period,
    toDate(concat(period, '-01')) as month,
    account,
    party,
    currency,
    exponent,
    sum(entries.debit_minor) as debit_minor,
    sum(entries.credit_minor) as credit_minor,
    sum(entries.debit_minor) - sum(entries.credit_minor) as balance_minor,
    toDecimal128(sum(entries.debit_minor) - sum(entries.credit_minor), 4)
    / intExp10(exponent) as balance
from {{ ref("revenue_entries") }} as entries
group by period, account, party, currency, exponent
