"""A small model whose forms follow conditions: deals, the firms that they are made with, their buyers."""

from __future__ import annotations

from collections.abc import Mapping

from tests.builders import OWNER_ONLY

STAGE = """
label: {en: Stage, ko: 단계}
attributes: {lost: {type: boolean}}
options:
  talk: {label: {en: Talking, ko: 상담}}
  won:  {label: {en: Won, ko: 성공}}
  lost: {label: {en: Lost, ko: 실패}, lost: true}
"""
STATE = """
label: {en: State, ko: 상황}
options: {open: {label: {en: Open, ko: 진행}}, shut: {label: {en: Shut, ko: 종료}}}
"""
STATUS = """
label: {en: Status, ko: 상태}
attributes: {state: {type: choice, options: deal_state}}
options:
  fresh: {label: {en: Fresh, ko: 새로움}, state: open}
  busy:  {label: {en: Busy, ko: 바쁨}, state: open}
  done:  {label: {en: Done, ko: 끝남}, state: shut}
"""
FIRM = """
label: {en: Firm, ko: 업체}
plural: {en: Firms, ko: 업체}
fields:
  name:  {type: text, label: {en: Name, ko: 이름}, required: true}
  food:  {type: boolean, label: {en: Food, ko: 식품}}
  code:  {type: text, label: {en: Code, ko: 코드}}
duplicates: {same: {match: [name]}, code: {match: [code], then: refuse}}
"""
BUYER = """
label: {en: Buyer, ko: 구매자}
plural: {en: Buyers, ko: 구매자}
fields:
  name: {type: text, label: {en: Name, ko: 이름}, required: true}
  firm: {type: link, label: {en: Firm, ko: 업체}, to: firm, reverse: buyers}
"""
DEAL = """
label: {en: Deal, ko: 거래}
plural: {en: Deals, ko: 거래}
fields:
  name:   {type: text, label: {en: Name, ko: 이름}, required: true}
  stage:  {type: choice, label: {en: Stage, ko: 단계}, options: deal_stage, default: talk, required: true}
  reason: {type: text, label: {en: Reason, ko: 사유}, visible: {stage: {lost: true}}, required: {stage: {lost: true}}}
  amount: {type: money, label: {en: Amount, ko: 금액}, readonly: {stage: won}}
  big:    {type: text, label: {en: Approval, ko: 승인}, visible: {amount: {gte: 1000000}}}
  firm:   {type: link, label: {en: Firm, ko: 업체}, to: firm, reverse: deals}
  recipe: {type: text, label: {en: Recipe, ko: 조리법}, visible: {firm: {food: true}}}
  buyer:  {type: link, label: {en: Buyer, ko: 구매자}, to: buyer, where: {firm: $record.firm}}
  state:  {type: choice, label: {en: State, ko: 상황}, options: deal_state, default: open}
  status: {type: choice, label: {en: Status, ko: 상태}, options: deal_status, where: {state: $record.state}}
  mark:   {type: radio, label: {en: Mark, ko: 표시}, options: deal_status, where: {state: $record.state}}
  from:   {type: date, label: {en: From, ko: 시작}}
  until:  {type: date, label: {en: Until, ko: 끝}}
  number: {type: text, label: {en: Number, ko: 번호}, readonly: {new: false}}
  closed: {type: text, label: {en: Closed by, ko: 닫은 사람}, visible: {new: false}}
  note:   {type: long_text, label: {en: Note, ko: 메모}}
  lines:
    type: lines
    label: {en: Lines, ko: 품목}
    of:
      firm:  {type: link, label: {en: Firm, ko: 업체}, to: firm}
      buyer: {type: link, label: {en: Buyer, ko: 구매자}, to: buyer, where: {firm: $record.firm}}
rules:
  order:
    check: {until: {gte: $record.from}}
    when: {from: {empty: false}, until: {empty: false}}
    message: {en: It ends before it starts, ko: 끝이 시작보다 빠릅니다}
    field: until
views:
  form:
    tabs:
      all:
        label: {en: All, ko: 전체}
        panels:
          main: {label: {en: Main, ko: 기본}, rows: [[name, stage], [reason, amount], [big, recipe], [firm, buyer],
                 [state, status], [mark, ""], [from, until], [number, closed]]}
          lost: {label: {en: About the loss, ko: 실패 정보}, visible: {stage: {lost: true}}, rows: [[note]]}
          lines: {label: {en: Lines, ko: 품목}, rows: [[lines]]}
  quick: {rows: [[name], [stage], [reason], [firm], [recipe], [buyer]]}
"""
MODEL: Mapping[str, str] = {
    "modules/deal.yaml": DEAL, "modules/firm.yaml": FIRM, "modules/buyer.yaml": BUYER,
    "options/deal_stage.yaml": STAGE, "options/deal_state.yaml": STATE, "options/deal_status.yaml": STATUS,
    "roles/owner_only.yaml": OWNER_ONLY,
}  # fmt: skip
