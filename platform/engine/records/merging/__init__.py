"""Several records that are one: what is taken of which, what moves along, and all of it taken back.

One record stays and the others go into the bin; whatever pointed at them points at the one that stays. All of it
happens in one transaction, by statements for whole sets. What nobody may see moves along unseen: nothing may point
at a record that is gone.
"""
