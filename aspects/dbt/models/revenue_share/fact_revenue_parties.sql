-- The lines of every statement: what each party got, by part, course, version and month of the sale.
select
    period,
    toDate(concat(period, '-01')) as month,
    party,
    currency,
    exponent,
    part,
    sale_period,
    course_key,
    offering_code,
    agreement,
    version,
    -- What the fund pays for seats comes out of its own account, and is on no statement.
    not (party = 'FUND' and part = 'seat') as is_on_statement,
    count() as events,
    sum(lines.base_minor) as base_minor,
    sum(lines.units_minor) as units_minor,
    -- Exact: a decimal divided by a whole power of ten. No currency has more than four decimals.
    toDecimal128(sum(lines.units_minor), 4) / intExp10(exponent) as amount
from {{ ref("revenue_lines") }} as lines
group by
    period,
    party,
    currency,
    exponent,
    part,
    sale_period,
    course_key,
    offering_code,
    agreement,
    version
