"""The nodes of one flow as steps, in the order of the nodes; what cannot be reached is told and left out."""

from __future__ import annotations

from bot.exchange.incoming import regroup
from bot.exchange.incoming.actions import steps_of
from bot.exchange.incoming.asks import ask, reads
from bot.exchange.incoming.chooses import choose
from bot.exchange.incoming.draft import Draft
from bot.exchange.incoming.foreign import Node
from bot.exchange.incoming.splits import after_actions
from bot.exchange.incoming.taking import Taking
from bot.exchange.incoming.waits import Wait
from bot.exchange.names import free, slug


def drafts_of(taking: Taking) -> list[Draft]:
    """Return the steps of a flow with their ids; the first one is where it begins."""
    made: dict[str, list[Draft]] = {}
    askers: set[str] = set()
    groups = regroup.groups(taking)
    for uuid, some in groups.items():
        made[uuid] = [regroup.put_together(taking, some)]
        taking.taken |= {one.uuid for one in some}
    for node in taking.nodes.values():
        if node.waits and node.uuid not in taking.taken:
            wait = Wait(taking, node)
            askers |= {wait.asker.uuid} if wait.asker else set()
            made[node.uuid] = _question(wait)
            _put_before(taking, node, made)
    onwards: dict[str, str] = {}
    for node in taking.nodes.values():
        if node.uuid in taking.taken or node.waits:
            continue
        actions = node.actions[:-1] if node.uuid in askers else node.actions
        made[node.uuid] = _plain(taking, node, actions)
        if not made[node.uuid]:
            onwards[node.uuid] = node.onwards
    for drafts in made.values():
        for draft in drafts:
            _resolve(draft, onwards)
    order = [draft for node in taking.nodes for draft in made.get(node, [])]
    first = _resolved(next(iter(taking.nodes), ""), onwards)
    kept = _reached(taking, order, first)
    _begin_with(kept, first)
    _name(kept)
    _ends(kept)
    return kept


def _question(wait: Wait) -> list[Draft]:
    """Return the step of a node that waits, and a branch after it where its ways are not words."""
    wait.unusual()
    node = wait.node
    draft = Draft(node.uuid, "ask", node.uuid, question=wait.question(), id=str(node.ours.get("step") or ""))
    return ask(wait, draft) if reads(wait) else [choose(wait, draft)]


def _put_before(taking: Taking, node: Node, made: dict[str, list[Draft]]) -> None:
    """Put what a waiting node does itself before its question."""
    if node.actions:
        before = _chained(node, steps_of(taking, node, node.actions))
        if before:
            for draft in made[node.uuid]:
                draft.key = f"{draft.key}#asks" if draft.key == node.uuid else draft.key
            before[-1].next = made[node.uuid][0].key
            made[node.uuid] = [*before, *made[node.uuid]]


def _plain(taking: Taking, node: Node, actions: list[dict[str, object]]) -> list[Draft]:
    """Return the steps of a node that does not wait."""
    made = _chained(node, steps_of(taking, node, actions))
    after = after_actions(taking, node, made)
    if isinstance(after, Draft):
        after.key = node.uuid if not made else after.key
        if made:
            made[-1].next = after.key
        return [*made, after]
    if made:
        made[-1].next = after
        made[0].id = str(node.ours.get("step") or "")
        onwards = node.ours.get("next")
        made[-1].onwards = onwards if isinstance(onwards, str) and not after else None
    return made


def _chained(node: Node, made: list[Draft]) -> list[Draft]:
    for number, draft in enumerate(made):
        draft.key = node.uuid if not number else f"{node.uuid}#{number}"
        draft.next = f"{node.uuid}#{number + 1}" if number + 1 < len(made) else ""
    return made


def _resolved(key: str, onwards: dict[str, str]) -> str:
    """Return where a way leads in the end, past nodes that do nothing here; nowhere where they go round."""
    seen = set()
    while key in onwards:
        if key in seen:
            return ""
        seen.add(key)
        key = onwards[key]
    return key


def _resolve(draft: Draft, onwards: dict[str, str]) -> None:
    draft.next = _resolved(draft.next, onwards)
    for option in draft.options:
        option.next = _resolved(option.next, onwards)
    for arm in draft.arms:
        arm.next = _resolved(arm.next, onwards)


def _reached(taking: Taking, order: list[Draft], first: str) -> list[Draft]:
    """Return the steps that can be reached; the others are told, with their texts."""
    by_key = {draft.key: draft for draft in order}
    seen: set[str] = set()
    waiting = [first]
    named = {draft.id: draft.key for draft in order if draft.id}
    while waiting:
        key = waiting.pop()
        if key not in seen and key in by_key:
            seen.add(key)
            waiting += by_key[key].ways()
            waiting.append(named.get(by_key[key].onwards or "", ""))
    for draft in order:
        if draft.key not in seen:
            says = " / ".join(text for one in draft.texts() for text in one.as_map().values()) or draft.kind
            taking.told("dropped", f"step {draft.kind}", f"nothing leads to it: {says}", draft.node)
    return [draft for draft in order if draft.key in seen]


def _begin_with(kept: list[Draft], first: str) -> None:
    for draft in kept:
        if draft.key == first:
            kept.remove(draft)
            kept.insert(0, draft)
            return


def _name(kept: list[Draft]) -> None:
    """Give each step and choice an id: ours, or one made from its text."""
    taken: set[str] = {draft.id for draft in kept if draft.id}
    seen: set[str] = set()
    for draft in kept:
        if not draft.id or draft.id in seen:
            text = next((one.english for one in draft.texts()), "")
            wanted = slug(text, "") if draft.kind in {"say", "choose", "ask"} else ""
            draft.id = free(wanted or draft.kind, taken | seen)
        seen.add(draft.id)
        ids: set[str] = {one.id for one in draft.options if one.id}
        for option in draft.options:
            option.id = option.id or free(slug(option.label.english, "choice"), ids)
            ids.add(option.id)


def _ends(kept: list[Draft]) -> None:
    """Where some choices end the flow and others go where the step goes on, give the former a step that ends it."""
    ids = {draft.id for draft in kept}
    for draft in list(kept):
        ending = [one for one in draft.options if not one.next and not one.flow and not one.on]
        arms = [arm for arm in draft.arms if not arm.next]
        if (not ending or not (draft.next or draft.onwards)) and not arms:
            continue
        stop = next((one for one in kept if one.kind == "end"), None)
        if stop is None:
            stop = Draft("#end", "end", draft.node, id=free("end", ids))
            kept.append(stop)
            ids.add(stop.id)
        for option in ending:
            option.next = stop.key
        for arm in arms:
            arm.next = stop.key
