"""For authors of tools: `check_tool(tool)` runs the contract of tools (docs/tools.md), without pytest."""

from intently.testing.tools import Case, check_tool, plain_cases

__all__ = ["Case", "check_tool", "plain_cases"]
