"""Pure rules: lists read from text, policies compiled from documents, decisions made from values.

* ``editions``    the CSV of country lists -> memberships; differences between two snapshots
* ``conditions``  what a rule may ask about a case
* ``policies``    a compiled policy and how it is evaluated
* ``language``    the YAML document -> compiled policies, every fault named
* ``vectors``     test vectors for policies
* ``deciding``    applicant, policy and lists -> decision with reasons

Nothing here knows Django, a clock or a setting.
"""
