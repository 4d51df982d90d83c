"""Plays exported flows as RapidPro's engine does, as far as an export of ours needs it.

Written from the documentation of goflow: nodes, actions, switch routers, waits, sub-flows and plain expressions.
"""

from __future__ import annotations

import re
import unicodedata

MOST = 200
EXPRESSION = re.compile(
    r"@@|@\(default\(fields\.(\w+), \"unknown\"\)\)|@([a-z_]+(?:\.\w+)*)|@\(urn_parts.*?\)\.scheme\)"
)


def tokens(text):
    """The words of a text, lower case, without marks and signs; an emoji is a word."""
    return re.findall(r"\w+|[^\w\s]", unicodedata.normalize("NFKC", text).casefold())


def words_of(text):
    return [one for one in tokens(text) if one.isalnum() or "_" in one]


class Walker:
    """One contact in the flows of one export."""

    def __init__(self, document, *, language="eng", channel="telegram", **fields):
        self.flows = {flow["uuid"]: flow for flow in document["flows"]}
        self.language, self.channel, self.fields = language, channel, fields
        self.results = {}
        self.stack = []
        """(flow, node at which it waits or that entered another flow)."""
        self.said = []
        self.replies = []
        self.tickets = []
        self.marks = []
        self.path = []

    def start(self, name):
        flow = next(one for one in self.flows.values() if one["name"] == name)
        self.stack = [[flow, flow["nodes"][0]["uuid"]]]
        return self._run(resume=None)

    def answer(self, text):
        return self._run(resume=text)

    def _localized(self, item, key, values):
        found = self.stack[-1][0]["localization"].get(self.language, {}).get(item, {}).get(key)
        return found or values

    def value(self, name):
        root, _, rest = name.partition(".")
        match root:
            case "fields":
                return str(self.fields.get(rest, ""))
            case "results":
                return str(self.results.get(rest, ""))
            case "contact":
                return {"language": self.language}[rest]
            case "child":
                return "completed"
            case _:
                raise LookupError(name)

    def evaluated(self, text, given=""):
        def one(found):
            if found[0] == "@@":
                return "@"
            if found[0].startswith("@(urn_parts"):
                return self.channel
            if found[1]:
                return str(self.fields.get(found[1], "")) or "unknown"
            return given if found[2] == "input.text" else self.value(found[2])

        return EXPRESSION.sub(one, text)

    def _run(self, resume):
        self.said, self.replies = [], []
        for _ in range(MOST):
            if not self.stack:
                return self.said
            flow, uuid = self.stack[-1]
            node = next(one for one in flow["nodes"] if one["uuid"] == uuid)
            self.path.append(uuid)
            router, entered = node.get("router"), None
            if resume is None:
                for action in node["actions"]:
                    entered = self._act(action) or entered
                if entered:
                    self.stack.append([entered, entered["nodes"][0]["uuid"]])
                    continue
                if router and "wait" in router:
                    return self.said
            given, resume = ("" if resume in {None, BACK} else resume), None
            to = self._way(node, router, given) if router else node["exits"][0]["destination_uuid"]
            self.stack[-1][:] = [flow, to]
            while self.stack and self.stack[-1][1] is None:
                self.stack.pop()
                if self.stack:
                    resume = BACK
                    break
        raise RecursionError(self.path[-3:])

    def _act(self, action):
        match action["type"]:
            case "send_msg":
                self.said += self.evaluated(self._localized(action["uuid"], "text", [action["text"]])[0]).split("\n")
                replies = self._localized(action["uuid"], "quick_replies", action["quick_replies"])
                self.replies = [self.evaluated(one) for one in replies]
            case "set_contact_field":
                self.fields[action["field"]["key"]] = self.evaluated(action["value"])
            case "set_contact_language":
                self.language = action["language"]
            case "set_run_result":
                self.marks.append(action["value"])
            case "open_ticket":
                self.tickets.append(action["body"])
                self.results["ticket"] = "Success"
            case "enter_flow":
                return self.flows[action["flow"]["uuid"]]
        return None

    def _way(self, node, router, given):
        operand = self.evaluated(router["operand"], given)
        category, match = router["default_category_uuid"], operand
        for case in router["cases"]:
            arguments = [self.evaluated(one) for one in self._localized(case["uuid"], "arguments", case["arguments"])]
            found = passes(case["type"], operand, arguments)
            if found is not None:
                category, match = case["category_uuid"], found
                break
        if router.get("result_name"):
            self.results[router["result_name"].lower()] = match
        way = next(one for one in router["categories"] if one["uuid"] == category)
        return next(one["destination_uuid"] for one in node["exits"] if one["uuid"] == way["exit_uuid"])


BACK = "\0"
"""Stands for the end of a flow that was entered."""


def passes(kind, operand, arguments):  # noqa: PLR0911 - one for each test of an export
    """What of the operand matched, or None."""
    numbers = re.findall(r"-?\d+(?:\.\d+)?", operand)
    number = float(numbers[0]) if numbers else None
    match kind:
        case "has_only_phrase":
            return operand if words_of(operand) == words_of(arguments[0]) and words_of(operand) else None
        case "has_only_text" | "has_category":
            return operand if operand == arguments[0] else None
        case "has_any_word":
            return operand if set(words_of(operand)) & set(words_of(arguments[0])) else None
        case "has_pattern":
            found = re.search(arguments[0], operand, re.IGNORECASE)
            return found[0] if found else None
        case "has_number":
            return numbers[0] if numbers else None
        case "has_number_between":
            good = number is not None and float(arguments[0]) <= number <= float(arguments[1])
            return numbers[0] if good else None
        case "has_number_gte" | "has_number_lte":
            limit = float(arguments[0])
            good = number is not None and (number >= limit if kind.endswith("gte") else number <= limit)
            return numbers[0] if good else None
        case "has_date":
            return operand if len(numbers) == 3 else None
        case _:
            raise LookupError(kind)
