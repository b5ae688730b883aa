-- The month's sum of each statement. What is carried and what is paid out stands on the statement.
select
    period,
    toDate(concat(period, '-01')) as month,
    party,
    currency,
    exponent,
    sum(parts.events) as events,
    sum(parts.units_minor) as units_minor,
    toDecimal128(sum(parts.units_minor), 4) / intExp10(exponent) as amount
from {{ ref("fact_revenue_parties") }} as parts
where is_on_statement
group by period, party, currency, exponent
