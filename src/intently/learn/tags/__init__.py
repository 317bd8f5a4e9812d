"""Training of the user, item and tag towers (RecGPT V1, section 5; V2's several vectors of a person).

`people` (a log as examples) and `pairs` (tags of items) -> `batches` -> `network` and `losses` -> `train` (epochs,
checkpoints, a learning curve, the best epoch) -> towers that `retrieve.tag_towers` serves.
"""
