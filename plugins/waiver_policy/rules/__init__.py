"""Pure rules: lists read from text, policies compiled from documents, decisions made from values.

* ``editions``    the CSV of country lists -> memberships; differences between two snapshots
* ``language``    the YAML document -> compiled policies, every fault named; of its parts:
  ``reading`` (values), ``operators`` (conditions), ``benefits``, ``limits``, ``review_terms``
* ``dead_rules``  what can never match, found when a document is loaded
* ``canonical``   one policy as text of its own, from which its hash is made
* ``conditions``  what a rule may ask about a case; ``unknown``: which missing facts matter
* ``policies``    a compiled policy and how it is evaluated; ``tables``: prices by country
* ``vectors``     test vectors for policies
* ``countries``   which country of a person counts, and how well it is known
* ``deciding``    applicant, policy and lists -> decision with reasons
* ``documents``   the bytes of a document -> what may be kept of it, or why nothing; before that,
  ``metered_pdf`` and ``bare_pictures`` bound the work of its decoders
* ``quotas``      whether one more grant fits into the limits
* ``applications``  who may do what about an application, and where it leads
* ``conflicts``   whether two people belong to the same organisation
* ``review_terms``  what a policy says about its review and its nominations, read and told
* ``nominations``  whether one more nomination fits

Nothing here knows Django, a clock or a setting.
"""
