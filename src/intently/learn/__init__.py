"""Training. Only here is torch imported (`pip install intently[train]`); nothing that serves a feed imports this room.

`sequences` (a log as people's sequences) -> `batches` -> `network` and `losses` -> `train` (epochs, checkpoints, a
learning curve, the best epoch) -> a tower that `retrieve.tower` serves.
"""
