"""A small model whose fields depend on each other: deals, the firms that they are made with, and their people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import OWNER_ONLY, a_record, an_administrator

STAGE = """
label: {en: Stage, ko: 단계}
attributes:
  phase: {type: choice, options: phase}
  closed: {type: boolean}
  lost: {type: boolean}
  probability: {type: percent}
options:
  talk: {label: {en: Talk, ko: 상담}, phase: begin, probability: 10}
  offer: {label: {en: Offer, ko: 제안}, phase: middle, probability: 50}
  won: {label: {en: Won, ko: 성공}, phase: end, closed: true, probability: 100}
  lost: {label: {en: Lost, ko: 실패}, phase: end, closed: true, lost: true, probability: 0}
"""
PHASE = "label: {en: Phase, ko: 국면}\noptions: {begin: {en: Begin}, middle: {en: Middle}, end: {en: End}}\n"
FIRM = """
label: {en: Firm, ko: 회사}
traits: [owned]
fields:
  name: {type: text, required: true, search: true}
  phone: {type: phone}
  email: {type: email}
  industry: {type: choice, options: {it: {en: IT}, food: {en: Food, ko: 식품}}}
duplicates:
  same: {match: [name, phone], then: refuse}
  mail: {match: [email]}
"""
HUMAN = """
label: {en: Human, ko: 사람}
fields:
  name: {type: text, required: true}
  firm: {type: link, to: firm, reverse: humans}
"""
DEAL = """
label: {en: Deal, ko: 거래}
fields:
  name: {type: text, required: true}
  firm: {type: link, to: firm, reverse: deals}
  phase: {type: choice, options: phase}
  stage: {type: choice, options: stage, default: talk, where: {phase: $record.phase}}
  human: {type: link, to: human, where: {firm: $record.firm}}
  reason: {type: text, visible: {stage: {lost: true}}, required: {stage: {lost: true}}}
  recipe: {type: text, visible: {firm: {industry: food}}}
  number: {type: text, readonly: {new: false}}
  notes: {type: text, visible: {new: false}, required: true}
  amount: {type: integer, required: true}
  begins: {type: date}
  ends: {type: date}
rules:
  in_order:
    check: {ends: {gte: $record.begins}}
    when: {ends: {empty: false}}
    message: {en: It ends before it begins, ko: 끝이 시작보다 빠릅니다}
  large:
    check: {amount: {lte: 1000}}
    when: {firm: {industry: food}}
    message: {en: Too much for a kitchen, ko: 식당에는 너무 큽니다}
    field: name
views:
  form:
    tabs:
      main: {rows: [[name, firm], [phase, stage], [human, reason], [recipe, number], [notes]]}
      plan: {visible: {stage: {closed: false}}, rows: [[amount, begins], [ends]]}
"""
DEALS: Mapping[str, str] = {
    "modules/firm.yaml": FIRM,
    "modules/human.yaml": HUMAN,
    "modules/deal.yaml": DEAL,
    "options/stage.yaml": STAGE,
    "options/phase.yaml": PHASE,
    "roles/owner_only.yaml": OWNER_ONLY,
}


def a_firm(store: Store, catalog: Catalog, name: str = "한빛상사", **raw: Any) -> Record:
    return a_record(store, catalog, "firm", name=name, **raw)


def a_deal(store: Store, catalog: Catalog, **raw: Any) -> Record:
    return a_record(store, catalog, "deal", **{"name": "서버 교체", "amount": 5, **raw})


def changed(store: Store, catalog: Catalog, record: Record, **raw: Any) -> Record:
    """The record with other values, saved by an administrator."""
    with store.write() as conn:
        return records.update(
            conn, catalog, an_administrator(), record.module, record.id, raw, version=record.version
        )


def refused(store: Store, catalog: Catalog, record: Record | None = None, **raw: Any) -> dict[str, str]:
    """What is said, by field, when a deal is not saved."""
    with pytest.raises(Invalid) as caught:
        changed(store, catalog, record, **raw) if record else a_deal(store, catalog, **raw)
    return {key: "; ".join(map(str, said)) for key, said in caught.value.errors.items()}
