"""Trials of the generated screens."""

from __future__ import annotations

import io
import json

from tests.doors.preparing import deleted, exported, tied, unfollowed, unshared, with_files
from tests.doors.trial import CHANGE, DO, EITHER, HERS, LOOK, MODULE, NEVER, NEW, ROW, SEE, Ask, Here, Trial, get, post
from tests.doors.world import INSTEAD


def taking(here: Here) -> Ask:
    return Ask(f"/files/{here.module}/paper", "POST", {"file": (io.BytesIO(b"fresh"), "fresh.txt")})


def undoing(here: Here) -> Ask:
    was = {"was": json.dumps({"size": 77}), "version": str(here.target.record.version)}
    return Ask(f"{here.there}/_undo", "POST", was)


def paper_of(here: Here) -> Ask:
    assert here.target.paper
    return Ask(f"/files/{here.target.paper.id if here.id == here.target.id else here.id}")


def photo_of(here: Here) -> Ask:
    assert here.target.photo
    return Ask(f"/files/{here.target.photo.id if here.id == here.target.id else here.id}/thumbnail")


def made_of(here: Here) -> Ask:
    return Ask(f"/mine/jobs/{here.target.more['job'] if here.id == here.target.id else here.id}/file")


def asked_for_it(here: Here) -> bool:
    """The file is its maker's alone, whatever others may see; also who looks at the site in her place is her."""
    return here.person in ("owner", INSTEAD)


LISTED = "/{module}"
TOLD = (303, 302)
TRIALS: tuple[Trial, ...] = (
    # lists and what finds records
    Trial("home_start", get("/"), done=(200,)),
    Trial("home_amounts", get("/search/amounts")),
    Trial("lists_show", get(LISTED, q="{find}"), ((MODULE, "list"),), shows="list"),
    Trial("lists_show", get(LISTED, q="{find}", columns="name,budget,margin,secret"), ((MODULE, "list"),),
          shows="list", way="columns"),
    Trial("lists_show", get(LISTED, f="budget.contains.{budget}", q="{find}"), ((MODULE, "list"),),
          way="denied field"),
    Trial("lists_show", get(LISTED, q="{find}", view="kanban"), ((MODULE, "list"),), shows="list", way="board"),
    Trial("kanban_lane", get("/{module}/_lane/first", q="{find}"), ((MODULE, "list"),), shows="list"),
    Trial("kanban_ask", get("{there}/_move"), LOOK),
    Trial("kanban_move", post("{there}/_move", to="second", version="{version}"), CHANGE, writes=True, done=(303,)),
    Trial("lists_count", get("/{module}/_count", q="{find}"), ((MODULE, "list"),)),
    Trial("lists_narrow", get("/{module}/_filter", of="name", by="contains", value="a"), ((MODULE, "list"),),
          done=(302,)),
    Trial("keeping_arrange", post("/{module}/_columns", show="budget", density="compact"), ((MODULE, "list"),),
          writes=None, done=(303,)),
    Trial("keeping_open", post("/{module}/_opening?filter=all"), ((MODULE, "list"),), writes=None, done=(303,)),
    Trial("searching_search", get("/search", q="{find}"), shows="view"),
    Trial("searching_search", get("/search", q="{budget}"), way="denied field", shows=NEVER),
    Trial("searching_quick", get("/search/quick", q="{find}"), shows="view"),
    Trial("searching_pick", get("/{module}/_pick", words="{find}"), ((MODULE, "view"),), shows="view"),
    # one record
    Trial("records_show", get("{there}"), ((EITHER, "view"), (EITHER, "list"), (ROW, "view")), shows="view",
          refused=(403, 404), hidden=(403, 404)),
    Trial("favourites_mark", post("{there}/star", on="1"), LOOK, writes=True, done=(303,)),
    Trial("following_show", get("{there}/_followers"), LOOK, shows="view"),
    Trial("following_people", get("/{module}/_people", words="x"), ((MODULE, "view"),)),
    Trial("following_mark", post("{there}/follow", on="1"), LOOK, writes=True, done=(303,),
          prepare=unfollowed),
    Trial("inline_ask", get("{there}/_cell/size"), CHANGE, done=(303,)),
    Trial("inline_save", post("{there}/_cell/size", size="5", version="{version}"), CHANGE, writes=True, done=(303,)),
    Trial("records_history", get("{there}/history"), LOOK, shows="view"),
    Trial("feed_show", get("{there}/_timeline"), LOOK, shows="view"),
    Trial("feed_show", get("/firm/{firm}/_timeline"), ((MODULE, "list"), (SEE, "list"), (SEE, "view")), shows="view",
          way="its row", closed=(200,), hidden=(200,)),
    Trial("feed_past", get("{there}/_timeline/past"), LOOK, shows="view"),
    Trial("feed_past", get("/firm/{firm}/_timeline/past", kind="{module}"),
          ((MODULE, "list"), (SEE, "list"), (SEE, "view")), shows="view", way="its row", closed=(200,), hidden=(200,)),
    Trial("feed_compose", get("/firm/{firm}/_timeline/new/{module}s"), ((MODULE, "list"), (MODULE, "create")),
          done=(302,), closed=(404,)),
    Trial("feed_create", post("/firm/{firm}/_timeline/new/{module}s", name="fresh", flag="true"),
          ((MODULE, "list"), (MODULE, "create"), (NEW, "create")), writes=True, done=(303,), closed=(404,)),
    Trial("feed_finish", post("/firm/{firm}/_timeline/finish", of="{module}", id="{id}", version="{version}"),
          ((MODULE, "list"), (SEE, "view"), (DO, "edit")), writes=True, done=(303,), closed=(404,), refused=TOLD,
          hidden=TOLD),
    Trial("beside_go", get("{there}/_beside/next"), LOOK, done=(303,)),
    Trial("records_step", post("{there}/set", size="5", version="{version}"), CHANGE, writes=True, done=(303,)),
    Trial("records_delete", post("{there}/delete", version="{version}"), (*LOOK, (DO, "delete")), writes=True,
          done=(303,)),
    Trial("records_restore", post("{there}/restore"), (*LOOK, (DO, "delete")), writes=True, done=(303,),
          prepare=deleted),
    Trial("records_groups", get("{there}/groups"), (*LOOK, (DO, "assign")), shows="view"),
    Trial("records_groups_add", post("{there}/groups/add", group="{other}"), (*LOOK, (DO, "assign")), writes=True,
          done=(303,)),
    Trial("records_groups_remove", post("{there}/groups/remove", group="{other}"), (*LOOK, (DO, "assign")),
          writes=True, done=(303,), prepare=unshared),
    # forms
    Trial("forms_blank", get("/{module}/new"), ((MODULE, "create"),)),
    Trial("forms_blank", get("/{module}/new", firm="{firm}", lists="1"), ((MODULE, "create"),), way="lists"),
    Trial("forms_new_state", post("/{module}/_state", name="x"), ((MODULE, "create"),)),
    Trial("forms_new_preview", post("/{module}/_preview", name="x", size="5"), ((MODULE, "create"),)),
    Trial("forms_preview", post("{there}/_preview", size="5"), CHANGE),
    Trial("quick_ask", get("/{module}/_quick"), ((MODULE, "create"),), done=(302,)),
    Trial("quick_create", post("/{module}/_quick", name="fresh", flag="true"), ((MODULE, "create"), (NEW, "create")),
          writes=True, done=(303,)),
    Trial("forms_create", post("/{module}/new", name="fresh", flag="true"), ((MODULE, "create"), (NEW, "create")),
          writes=True, done=(303,)),
    Trial("forms_edit", get("{there}/edit"), CHANGE, shows="view"),
    Trial("forms_state", post("{there}/_state", size="5"), CHANGE),
    Trial("forms_update", post("{there}/edit", size="5", version="{version}"), CHANGE, writes=True, done=(303,)),
    # what hangs on a record
    Trial("subpanels_show", get("{there}/_sub/people"), LOOK, prepare=tied),
    Trial("subpanels_show", get("/firm/{firm}/_sub/{module}s"), ((MODULE, "list"),), shows="list",
          way="its row", closed=(404,)),
    Trial("subpanels_link", post("{there}/_sub/people/link", id="{human}"), CHANGE, writes=True, done=(303,),
          refused=TOLD),
    Trial("subpanels_link", post("/firm/{firm}/_sub/{module}s/link", id="{id}"),
          ((MODULE, "list"), (SEE, "view"), (DO, "edit")), way="its row", writes=None, done=(303,), closed=(404,),
          refused=TOLD, hidden=TOLD),
    Trial("subpanels_unlink", post("{there}/_sub/people/unlink", id="{human}"), CHANGE, writes=True, done=(303,),
          refused=TOLD, prepare=tied),
    Trial("subpanels_unlink", post("/firm/{firm}/_sub/{module}s/unlink", id="{id}"),
          ((MODULE, "list"), (SEE, "view"), (DO, "edit")), way="its row", writes=True, done=(303,),
          closed=(404,), refused=TOLD, hidden=TOLD),
    # buttons
    Trial("actions_offered", get("{there}/_actions"), LOOK, shows="view"),
    Trial("actions_ask", get("/{module}/_do/name", id="{id}"), ((MODULE, "view"),), shows="view"),
    Trial("actions_run", post("/{module}/_do/grow", id="{id}", version="{version}"), CHANGE, writes=True, done=(303,),
          refused=(403, *TOLD), hidden=(404, *TOLD)),
    Trial("actions_run", post("/{module}/_do/name", id="{id}", **{"ask.to": "renamed"}), CHANGE, way="answers",
          writes=True, done=(303,), refused=(403, 422, *TOLD), hidden=(404, 422, *TOLD)),
    Trial("workflow_begin", post("{there}/_workflow/greet_{module}"), CHANGE, writes=True, done=(303,)),
    Trial("actions_undo", undoing, CHANGE, writes=True, done=(303,), refused=TOLD),
    # many at once, and files
    Trial("exporting_ask", get("/{module}/_export"), ((MODULE, "list"), (MODULE, "export"))),
    Trial("exporting_run", post("/{module}/_export?q={find}", format=".csv", columns="every"),
          ((MODULE, "list"), (MODULE, "export")), shows="export", writes=None),
    Trial("exporting_file", made_of, (HERS, (MODULE, "export")), prepare=exported, only=asked_for_it),
    Trial("files.take", taking, ((EITHER, "create"), (EITHER, "edit")), writes=True, done=(201,), closed=(404,)),
    Trial("files.give", paper_of, ((SEE, "view"),), prepare=with_files),
    Trial("files.give_thumbnail", photo_of, ((SEE, "view"),), prepare=with_files),
)  # fmt: skip
