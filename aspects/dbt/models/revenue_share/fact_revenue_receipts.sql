-- What came in and went back in each month: by kind, course, country and class of the payer.
select
    period,
    toDate(concat(period, '-01')) as month,
    kind,
    currency,
    exponent,
    course_key,
    offering_code,
    agreement,
    country,
    payer_class,
    count() as events,
    sum(facts.gross_minor) as gross_minor,
    sum(facts.tax_minor) as tax_minor,
    sum(facts.fee_minor) as fee_minor,
    sum(facts.net_minor) as net_minor,
    sum(facts.dispute_fee_minor) as dispute_fee_minor,
    toDecimal128(sum(facts.gross_minor), 4) / intExp10(exponent) as gross,
    toDecimal128(sum(facts.net_minor), 4) / intExp10(exponent) as net
from {{ ref("revenue_events") }} as facts
group by
    period,
    kind,
    currency,
    exponent,
    course_key,
    offering_code,
    agreement,
    country,
    payer_class
