"""What the demo begins with: people, lists, a policy, agreements, fees, and an October of sales.

Everything goes through the apps' public doors, with the moment passed in. Each part may run again:
keys make the second time change nothing.
"""
