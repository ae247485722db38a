"""A small model whose records have timelines: companies, and what is to do, was noted and was met about them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.builders import SMALL

TODO = """
label: {en: To-do, ko: 일거리}
icon: checkbox
traits: [owned]
fields:
  name:    {type: text, required: true}
  due:     {type: date}
  done_at: {type: datetime}
  state:   {type: choice, options: stage, default: new}
  text:    {type: long_text}
  company: {type: link, to: company, reverse: todos}
views:
  timeline: {by: due, past: done_at, open: {state: {closed: false}}, text: text, card: [state], finish: done}
  quick: {rows: [[name], [due], [company]]}
actions:
  done: {label: {en: Done, ko: 끝냄}, when: {state: {closed: false}}, do: [{set: {state: won, done_at: now}}]}
"""
MEMO = """
label: {en: Memo, ko: 메모}
icon: note
traits: [owned]
title: "{{ left(text, 20) }}"
fields:
  text:    {type: long_text, required: true}
  company: {type: link, to: company, reverse: memos}
views:
  timeline: {text: text}
  quick: {rows: [[text]]}
"""
VISIT = """
label: {en: Visit, ko: 방문}
icon: calendar
traits: [owned]
fields:
  name:    {type: text, required: true}
  held:    {type: period, all_day: true, required: true}
  company: {type: link, to: company, reverse: visits}
  others:  {type: links, to: company, reverse: visits}
views:
  timeline: {by: held}
"""
TALKING: Mapping[str, str] = {
    **SMALL, "modules/todo.yaml": TODO, "modules/memo.yaml": MEMO, "modules/visit.yaml": VISIT,
}  # fmt: skip
