"""The language model: one wire, the embedded server, structured answers, cache, budget, ledger, prompts."""
