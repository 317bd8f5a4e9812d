"""Judges and how far to trust them: verdicts on what a language model can judge, and their agreement with people.

verdict     what is judged, by which criterion, each verdict, and the judgement they come to
criteria    the criteria as data; checks: what code finds before a model is asked (words, lexicon: its words)
evaluator   one a criterion: a likelihood of yes, cut into three grades, shown by a quote (pieces: what can be quoted)
reviewer    S, A or B from all verdicts; agents: V2's judge of evaluators and reviewer; oneshot: V1's single question
fulfilment  does a shown item fulfil a condition: code where it can be read, one yes/no question to the model elsewhere
sheet       the same pairs for people, blind to the model's opinion
agreement   accuracy and Cohen's kappa with their intervals, and whether a verdict is calibrated
question    what people are asked (study.toml: of two feeds); shown: what they see; queue: in which order; label_file
raters      people among each other, systems by two raters; scores: precision, recall and F1 of a judge
calibrate   a band around each judged score, their mean, the gate (power: how many labels); drift: milestones
meeting     people and one version of a judge on the same subjects; people: people's labels among themselves
repetition  the outcome of the study of two feeds: how often either repeats itself, and the difference
trust       how far a judge is to be trusted, a row a criterion; systems: what made the outputs, in whose order
buffer      labels as samples for training a judge; reward: ranked groups for a reward model
"""
