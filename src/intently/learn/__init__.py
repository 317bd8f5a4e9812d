"""Training. Only here is torch imported (`pip install intently[train]`); nothing that serves a feed imports this room.

`sequences` (a log as people's sequences) -> `batches` -> `network` and `losses` -> `train` (epochs, checkpoints, a
learning curve, the best epoch) -> a tower that `retrieve.tower` serves. For a store (`run`): `ground` (its log, cut in
two) -> that training -> `gate` (is it better than what serves?) -> published, with its numbers.
"""
