"""Rosters as people, registrars and course systems write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from grader.intake.roster import Line, Roster, RosterError, read_roster


def roster(tmp_path: Path, text: str | bytes, **columns: list[str]) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_roster(path, UTC, columns)


JANE = Line("Jane Doe", ("42",), "jane@example.edu", "jd")
WORKSHEET = {
    "en": "Identifier,Full name,Email address,Status,Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade)\nParticipant 222,{},,,No,\"Thursday, "
    '1 October 2026, 9:10 PM",-',
    "de": "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bewertung kann geändert werden,"
    "Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung)\nTeilnehmer/in222,{},,,Nein,"
    '"Donnerstag, 1. Oktober 2026, 21:10",-',
    "fr": "Identifiant,Nom complet,Adresse de courriel,Statut,Note,La note peut être modifiée,"
    "Dernière modification (travail remis),Dernière modification (note)\nParticipant222,{},,,Non,"
    '"jeudi 1 octobre 2026, 21:10",-',
    "es": "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,"
    "La calificación puede ser cambiada,Última modificación (entrega),"
    "Última modificación (calificación)\nParticipante222,{},,,No,\"jueves, 1 de octubre de 2026, "
    '21:10",-',
    "it": "Identificativo,Nome,Indirizzo email,Stato,Valutazione,"
    "La valutazione può essere cambiata,Ultima modifica (consegna),"
    "Ultima modifica (valutazione)\nPartecipante222,{},,,No,"
    '"giovedì, 1 ottobre 2026, 21:10",-',
    "nl": "Identificatie,Volledige naam,E-mailadres,Status,Cijfer,Het cijfer kan gewijzigd worden,"
    "Laatst gewijzigd (inzending),Laatst gewijzigd (beoordeling)\nDeelnemer222,{},,,Nee,"
    '"donderdag, 1 oktober 2026, 21:10",-',
    "pt": "Identificador,Nome completo,E-mail,Estado,Nota,A nota pode ser alterada,"
    "Última atualização (submissão),Última atualização (avaliação)\nParticipante222,{},,,Não,"
    '"quinta, 1 de outubro de 2026 às 21:10",-',
    "da": "Identifikator,Fulde navn,E-mailadresse,Status,Karakter,Karakter kan ændres,"
    "Sidst ændret (aflevering),Sidst ændret (karakter)\nDeltager222,{},,,Nej,\"torsdag, "
    '1. oktober 2026, 21:10",-',
    "da, otherwise": "Id,Fulde navn,E-mailadresse,Status,Karakter,Karakteren kan ændres,"
    "Senest ændret (aflevering),Senest ændret (karakter)\nDeltager 222,{},,,Nej,"
    '"torsdag den 1. oktober 2026, 21:10",-',
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "name,identifier,email,login\nJane Doe,42,jane@example.edu,jd\n",
        "\ufeffName;Identifier;E-Mail;Login\r\nJane Doe;42;jane@example.edu;jd\r\n\r\n",
        "First name\tSurname\tID number\tEmail address\tUsername\n"
        "Jane\tDoe\t42\tjane@example.edu\tjd",
        # As spreadsheets keep numbers, and say what separates cells.
        'sep=;\r\nLogin;Matrikel-Nr.;E-Mail-Adresse;Name;Vorname\r\njd;"=""42""";jane@example.edu;'
        "Doe;Jane\r\n",
        "Nombre,Apellido(s),Número de ID,Dirección de correo,Nombre de usuario\n"
        "Jane,Doe,42,jane@example.edu,jd\n",
        "Prénom;Nom;Numéro étudiant;Courriel;Nom d\u2019utilisateur\n"
        "Jane;Doe;42;jane@example.edu;jd\n",
        "Fornavn,Efternavn,Studienummer,E-mail,Brugernavn\nJane,Doe,42,jane@example.edu,jd\n",
        "Studie-ID;Fornavn(e);Efternavn(e);Mailadresse;Bruger-ID\n42;Jane;Doe;jane@example.edu;jd\n",
        "Studerende,Studiekortnummer,E-mail,Brugernavn\nJane Doe,42,jane@example.edu,jd\n",
        "Cognome,Nome,Matricola,Indirizzo email,Nome utente\nDoe,Jane,42,jane@example.edu,jd\n",
        # nbgrader's and Gradescope's tables of grades, Brightspace's.
        "First Name,Last Name,SID,Email,Login,Total Score\nJane,Doe,42,jane@example.edu,jd,1\n",
        "OrgDefinedId,Username,Last Name,First Name,Email,HW Points Grade,End-of-Line Indicator\n"
        "#42,#jd,Doe,Jane,jane@example.edu,,#\n",
        # A full name in one column, beside a part of it.
        "First name / Last name;Matriculation No.;Email address;Login\n"
        "Jane Doe;42;jane@example.edu;jd\n",
        "Nachname, Vorname;Matrikelnummer;E-Mail;Anmeldename\nJane Doe;42;jane@example.edu;jd\n",
        "Firstname,Fullname,Student ref,Email,Login\nJane,Jane Doe,42,jane@example.edu,jd\n",
        "Forename(s),Surname,Student ID,Email,Username\nJane,Doe,42,jane@example.edu,jd\n",
        "Name|Student ID|E-mail|Login\nJane Doe|42|jane@example.edu|jd\n",
        # As pandas and spreadsheets leave numbers.
        "Name,Student ID,Email,Login\nJane Doe,42.0,jane@example.edu,jd\n",
        "Name,Student ID,Email,Login\nJane Doe,'42,jane@example.edu,jd\n",
        "姓名,学号,邮箱,用户名\nJane Doe,42,jane@example.edu,jd\n",
        "Adı,Soyadı,Öğrenci No,E-posta,Kullanıcı adı\nJane,Doe,42,jane@example.edu,jd\n",  # noqa: RUF001
        # A title above the header.
        "Deep learning 2026\n\nStudent,Student ID,Email,NetID\nJane Doe,42,jane@example.edu,jd\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_rosters_are_read_as_people_and_course_systems_write_them(
    text: str, encoding: str, tmp_path: Path
) -> None:
    assert roster(tmp_path, text.encode(encoding)) == Roster([JANE])


@pytest.mark.parametrize("language", WORKSHEET)
def test_moodles_worksheets_tell_whose_each_number_is(language: str, tmp_path: Path) -> None:
    text = WORKSHEET[language].format("Jane Doe,jane@example.edu")
    expected = Line(
        "Jane Doe",
        email="jane@example.edu",
        submitted_at="2026-10-01T21:10:00Z",
        numbers=("moodle:222",),
    )
    assert roster(tmp_path, text) == Roster([expected])


def test_canvas_and_githubs_own_numbers_are_no_identifiers_of_the_institution(
    tmp_path: Path,
) -> None:
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW (5)\n    Points Possible,,,,,10\n"
        '"Doe, Jane",77,s42,jd,A and B,\n"Student, Test",78,,,A,\n'
    )
    jane = Line("Doe, Jane", ("s42",), "", "jd", sections=("A and B",), numbers=("canvas:77",))
    test_student = Line("Student, Test", sections=("A",), numbers=("canvas:78",), role="staff")
    assert roster(tmp_path, text) == Roster(
        [jane], ["roster.csv: 1 line of staff or test students left out"], [test_student]
    )
    classroom = (
        '"identifier","github_username","github_id","name"\n"42","octocat","583","Jane Doe"\n'
    )
    assert roster(tmp_path, classroom).lines == [Line("Jane Doe", ("42",), github="octocat")]


def test_who_is_called_like_canvas_s_row_of_maxima_is_somebody(tmp_path: Path) -> None:
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
        "    Points Possible,77,s42,pp,A\n"
    )
    called = Line("Points Possible", ("s42",), "", "pp", sections=("A",), numbers=("canvas:77",))
    assert roster(tmp_path, text).lines == [called]


def test_classroom_50s_roster_says_who_is_staff(tmp_path: Path) -> None:
    text = (
        "username,first_name,last_name,email,section,github_id,role\n"
        "octocat,Jane,Doe,jane@example.edu,A,1,student\nprof,Pat,Poe,,,2,teacher\n"
    )
    (jane,) = roster(tmp_path, text).lines
    assert jane == Line("Jane Doe", (), "jane@example.edu", github="octocat", sections=("A",))


def test_github_classrooms_identifiers_are_whatever_a_teacher_has(tmp_path: Path) -> None:
    text = (
        '"identifier","github_username","github_id","name"\n'
        '"Doe, Jane","octocat","1","The Octocat"\n"roe@example.edu","","",""\n"01-Poe","","",""\n'
    )
    assert roster(tmp_path, text).lines == [
        Line("Doe, Jane", github="octocat"),
        Line("", email="roe@example.edu"),
        Line("", ("01-Poe",)),
    ]


@pytest.mark.parametrize(
    ("role", "is_staff"),
    [
        ("Trainer/in ohne Bearbeitungsrecht", True),
        ("Dozent:in", True),
        ("Non-editing teacher", True),
        ("Profesor/a sin permiso de edición", True),
        ("Kursadministrator", True),
        ("TaEnrollment", True),
        ("Student, Tutor", True),
        ("Teilnehmer/in", False),
        ("Étudiant(e)", False),
        ("Studerende", False),
        ("Team Leader", False),
    ],
)
def test_staff_is_told_by_a_role_in_many_words(role: str, is_staff: bool, tmp_path: Path) -> None:
    found = roster(tmp_path, f'Name,Rolle\nJane,Student\nPat,"{role}"\n')
    assert len(found.lines) == 2 - is_staff


def test_blackboards_preview_user_is_no_student(tmp_path: Path) -> None:
    text = "Last Name,First Name,Username\nDoe,Jane,jd\nPoe_PreviewUser,Pat,ppoe_previewuser\n"
    assert [line.login for line in roster(tmp_path, text).lines] == ["jd"]


def test_a_course_says_what_its_own_columns_are(tmp_path: Path) -> None:
    text = "Kennziffer,Wer,Ort,Kürzel\n42,Jane Doe,Bonn,jd\n"
    lines = roster(
        tmp_path, text, identifier=["Kennziffer"], name=["Wer"], login=["kuerzel", "Kürzel"]
    )
    assert lines == Roster([Line("Jane Doe", ("42",), "", "jd")])
    with pytest.raises(RosterError, match=r"or say it in course.toml's \[roster\]"):
        roster(tmp_path, text)


def test_sections_groups_and_extensions_are_read(tmp_path: Path) -> None:
    text = "Name,Tutorium,Gruppe,Verlängerung\nJane Doe,Mo 10,Red Pandas,2026-11-01\n"
    (line,) = roster(tmp_path, text).lines
    assert (line.section, line.group, line.extension) == ("Mo 10", "Red Pandas", "2026-11-01")


@pytest.mark.parametrize("names", [("Jane Doe", "Jane Mary Doe"), ("Dr. Jane Doe", "Doe, Jane")])
@pytest.mark.parametrize("order", [1, -1])
def test_a_word_more_in_a_name_is_no_other_person(
    tmp_path: Path, names: tuple[str, str], order: int
) -> None:
    rows = [f'"{name}",1,{section}' for name, section in zip(names[::order], "AB", strict=True)]
    (line,) = roster(tmp_path, "\n".join(["name,identifier,section", *rows])).lines
    assert (line.name, line.section) == (names[::order][0], "A, B")


@pytest.mark.parametrize(
    ("header", "identifiers", "numbers"),
    [
        ("Student,ID,Section", (), ("canvas:42",)),
        ("LastName,FirstName,ID,Section", (), ("canvas:42",)),
        ("Student,ID,Group", ("42",), ()),
        ("Name,ID,Section", ("42",), ()),
    ],
)
def test_an_id_is_canvass_own_number_in_canvass_own_gradebook_alone(
    tmp_path: Path, header: str, identifiers: tuple[str, ...], numbers: tuple[str, ...]
) -> None:
    name = "Doe,Jane" if header.startswith("LastName") else "Jane Doe"
    (line,) = roster(tmp_path, f"{header}\n{name},42,A\n").lines
    assert (line.identifiers, line.numbers) == (identifiers, numbers)


def test_an_address_among_numbers_takes_no_other_addresss_place(tmp_path: Path) -> None:
    text = "name,identifier,email\nJane Doe,jd@home.org,jd@x.edu\nBob,b@x.edu,\n"
    jane, bob = roster(tmp_path, text).lines
    assert (jane.email, jane.identifiers) == ("jd@x.edu", ("jd@home.org",))
    assert (bob.email, bob.identifiers) == ("b@x.edu", ())


def test_what_stands_for_no_number_may_be_a_name_or_a_section(tmp_path: Path) -> None:
    (line,) = roster(tmp_path, "name,identifier,login,section,group\nNull,null,-,0,None\n").lines
    assert line == Line("Null", sections=("0",), group="None")


def test_who_stands_in_two_sections_is_one(tmp_path: Path) -> None:
    text = 'name,identifier,section\nJane Doe,1,A\n"Doe, Jane",1,B\nBob,2,A\nJane Doe,3,A\n'
    lines = roster(tmp_path, text).lines
    assert [(line.name, line.section) for line in lines] == [
        ("Jane Doe", "A, B"), ("Bob", "A"), ("Jane Doe", "A"),
    ]  # fmt: skip


@pytest.mark.parametrize("lines", ["{full}\n{bare}\n", "{bare}\n{full}\n"])
def test_what_one_of_a_persons_two_lines_says_is_kept(tmp_path: Path, lines: str) -> None:
    header = "name,identifier,sid,email,login,github,group,extension,submitted,nickname\n"
    full = "Jane Doe,1,2,jd@x.edu; j@x.edu,jd,octo,Red,3,2026-10-01T10:00:00Z,Jay"
    text = header + lines.format(full=full, bare="Jane Doe,1,,,,,,,,")
    (whole,) = roster(tmp_path, text).lines
    (alone,) = roster(tmp_path, f"{header}{full}\n").lines
    assert set(whole.identifiers) == set(alone.identifiers) == {"1", "2"}
    assert whole == replace(alone, identifiers=whole.identifiers)
    assert all((alone.other_emails, alone.github, alone.group, alone.extension))
    assert all((alone.submitted_at, alone.also_called))


def test_a_heading_of_the_courses_own_goes_before_all_others(tmp_path: Path) -> None:
    text = "SIS User ID,Kennziffer,E-Mail,Uni-Mail,name\n1,42,j@home.org,jd@x.edu,Jane Doe\n"
    (line,) = roster(tmp_path, text, identifier=["Kennziffer"], email=["Uni-Mail"]).lines
    assert (line.identifiers, line.email) == (("42", "1"), "jd@x.edu")


def test_sections_in_one_cell_are_several(tmp_path: Path) -> None:
    (line,) = roster(tmp_path, "name,section\nJane Doe,A; B\n").lines
    assert line.section == "A, B"


def test_times_of_submission_are_read_off_the_roster(tmp_path: Path) -> None:
    found = roster(
        tmp_path,
        "name,submitted\nA,2026-10-01T12:00:00+02:00\nB,2026-10-01 12:00\nC,-\n"
        'D,"Thursday, 1 October 2026, 9:10 PM"\nE,01.10.2026 12:00\nF,yesterday\n',
    )
    assert [line.submitted_at for line in found.lines] == [
        "2026-10-01T10:00:00Z", "2026-10-01T12:00:00Z", "", "2026-10-01T21:10:00Z",
        "2026-10-01T12:00:00Z", "",
    ]  # fmt: skip
    (note,) = found.notes
    assert "line 7: the time 'yesterday' can't be read and is left out" in note


@pytest.mark.parametrize(
    "nothing", ["-", "n/a", "#N/A", "NULL", "nan", "None", "0", "?", "TBD", "unknown", "\u2013"]
)
def test_what_stands_for_nothing_is_nobodys(nothing: str, tmp_path: Path) -> None:
    table = (
        f"name,student id,email,login,github\nA B{f',{nothing}' * 4}\nNull Nan{f',{nothing}' * 4}"
    )
    assert roster(tmp_path, table).lines == [Line("A B"), Line("Null Nan")]


@pytest.mark.parametrize(
    "given",
    ["octocat", "@octocat", "https://github.com/octocat", "github.com/octocat/",
     "https://www.github.com/octocat?tab=repositories", "https://github.com/octocat/relu"],
)  # fmt: skip
def test_a_name_on_github_is_read_as_people_give_it(given: str, tmp_path: Path) -> None:
    (line,) = roster(tmp_path, f"name,github\nJane Doe,{given}\n").lines
    assert line.github == "octocat"


@pytest.mark.parametrize(
    "cell", ["a@x.edu; b@y.edu", "a@x.edu,b@y.edu", "a@x.edu b@y.edu", "<a@x.edu>, <b@y.edu>"]
)
def test_several_addresses_in_a_cell_are_one_persons(cell: str, tmp_path: Path) -> None:
    (line,) = roster(tmp_path, f'name;email\nJane Doe;"{cell}"\n').lines
    assert (line.email, line.other_emails) == ("a@x.edu", ("b@y.edu",))
    with pytest.raises(RosterError, match=r"b@y\.edu is on line 2 already, of Jane Doe"):
        roster(tmp_path, f'name;email\nJane Doe;"{cell}"\nBob Roe;B@y.edu\n')


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Name,Email\nJane Doe,mailto:jane@x.edu\n", "Jane Doe"),
        ("Name,Email\nJane Doe,Jane Doe <jane@x.edu>\n", "Jane Doe"),
        ('Student\n"Doe, Jane <jane@x.edu>"\n', "Doe, Jane"),
        ("Name,Email\nJane\u00a0 Doe ,jane@x.edu\n", "Jane Doe"),
    ],
)
def test_an_address_is_read_as_mail_programs_write_it(text: str, name: str, tmp_path: Path) -> None:
    (line,) = roster(tmp_path, text).lines
    assert (line.name, line.email) == (name, "jane@x.edu")


@pytest.mark.parametrize(
    ("text", "name", "also_called"),
    [
        ("First Name,Last Name,Preferred First Name\nJane,Doe,Kit\n", "Jane Doe", "Kit Doe"),
        ("First Name,Last Name,Nickname\nJane,Doe,\n", "Jane Doe", ""),
        ("Last Name,First Name,Preferred Name\nDoe,Jane,Kit\n", "Jane Doe", "Kit Doe"),
        ("Last Name,First Name,Preferred Name\nDoe,Jane,Kit Doe\n", "Jane Doe", "Kit Doe"),
        (
            "Last Name,First Name,Preferred Name\nvan der Berg,Jane,Kit van der Berg\n",
            "Jane van der Berg",
            "Kit van der Berg",
        ),
        ("Preferred Name,Email\nKit Doe,k@x.edu\n", "Kit Doe", ""),
        ("Perm #,Student Last,Student First Middle\nA1,DOE,JANE ANN\n", "JANE ANN DOE", ""),
        ("Name (Original Name),User Email\nJane Doe,j@x.edu\n", "Jane Doe", ""),
        (
            "Voornaam;Tussenvoegsel;Achternaam;Roepnaam\nJan;van der;Berg;Jan\n",
            "Jan van der Berg",
            "",
        ),
        ("ФИО;Почта\nИванов Иван;i@x.ru\n", "Иванов Иван", ""),  # noqa: RUF001
        ("Rufname;Nachname\nJane;Doe\n", "Jane Doe", "Jane Doe"),
        ("FIRST_NAME_OF_STUDENT;FAMILY_NAME_OF_STUDENT\nJane;Doe\n", "Jane Doe", ""),
    ],
)
def test_a_name_may_stand_in_several_columns(
    text: str, name: str, also_called: str, tmp_path: Path
) -> None:
    (line,) = roster(tmp_path, text).lines
    assert (line.name, line.also_called) == (name, also_called)


def test_what_a_spreadsheet_has_rounded_is_told(tmp_path: Path) -> None:
    found = roster(tmp_path, "name,student id\nA,2.01801E+11\nB,2.01801E+11\nC,7\n")
    assert found.lines == [Line("A"), Line("B"), Line("C", ("7",))]
    assert "has rounded numbers, as 2.01801E+11: make that column text" in found.notes[0]


@pytest.mark.parametrize(
    "remark", ["Total: 2 students", ",Printed on 2026-10-01 by the office", "Seite 1 von 1,,"]
)
def test_a_remark_below_the_list_is_nobody(remark: str, tmp_path: Path) -> None:
    found = roster(tmp_path, f"name,student id\nStudent 1,\nA B,7\nC,\n,,\n{remark}\n")
    assert found.lines == [Line("Student 1"), Line("A B", ("7",)), Line("C")]
    assert found.notes == [f"roster.csv, line 6: no person, so left out: {remark.strip(',')}"]
    students = [Line("Student 1"), Line("Student 2")]
    assert roster(tmp_path, "name,student id\nStudent 1,\nStudent 2,\n").lines == students


def test_headings_that_may_be_names_are_named_where_none_is_known(tmp_path: Path) -> None:
    found = roster(tmp_path, "Vardas;Pavardė;Email\nJ;D;jane@example.edu\n")
    assert found.notes == [
        "roster.csv: no column is known to hold names; if one of these does, say so in "
        "course.toml's [roster]: Vardas, Pavardė"
    ]


@pytest.mark.parametrize(("count", "told"), [(3, ""), (4, " and 1 more")])
def test_three_headings_that_may_be_names_are_named(tmp_path: Path, count: int, told: str) -> None:
    header = ";".join(f"Stulpelis {number}" for number in range(1, count + 1))
    (note,) = roster(tmp_path, f"{header};Email\n{';' * count}jane@example.edu\n").notes
    assert note.endswith(f": Stulpelis 1, Stulpelis 2, Stulpelis 3{told}")


def test_windows_1252_is_read_and_told(tmp_path: Path) -> None:
    found = roster(tmp_path, "Vorname;Nachname\nJürgen;Müller\n".encode("cp1252"))
    assert found.lines == [Line("Jürgen Müller")]
    (note,) = found.notes
    assert "not UTF-8, so read as Windows-1252, with names like Jürgen Müller; if" in note


def test_a_list_whose_encoding_nothing_tells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RosterError, match=r"roster\.csv: line 2 is not UTF-8.* save the table as CSV"
    ):
        roster(tmp_path, "id,name\n1,王小明\n2,李雷\n".encode("gbk"))
    found = roster(tmp_path, "学号,姓名\n1,王小明\n".encode("gbk"))
    assert found.lines == [Line("王小明", ("1",))]
    assert "read as Gb18030, with names like 王小明" in found.notes[0]
    own = "Şube;Kim\n7;Şule\n".encode("windows-1254")  # headings of this course's
    (line,) = roster(tmp_path, own, identifier=["Şube"], name=["Kim"]).lines
    assert line == Line("Şule", ("7",))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("points,remarks\n1,2\n", "no column is called name"),
        ("", "no column is called name"),
        ("name,email\n\n", "it lists nobody"),
        ("name,identifier\nA,1\nB,1\n", "line 3: 1 is on line 2 already, of A"),
        ("name,email\nA B,x@y.z\nC D,X@Y.Z\n", "line 3: x@y.z is on line 2 already"),
        ("name\nA\nA\n", "line 3: A is on line 2 already; remove one of them, or add a column"),
        ('name,email\n"Jane Doe,x\nBob Roe,y\n', "line 2: a quote is not closed"),
        ('name,email\nPat,z\n"Jane Doe,x\n"Bob Roe",y\n', "line 3: "),
        ("sep=;\nname;identifier\nA;1\nB;1\n", "line 4: 1 is on line 3 already, of A"),
        (b"PK\x03\x04", "it is a workbook; save it as CSV"),
        (b"name\n\x81\x00\n", "it is no text"),
    ],
)
def test_what_is_wrong_with_a_roster_is_said(
    text: str | bytes, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(RosterError, match=complaint):
        roster(tmp_path, text)


def test_ten_rows_may_stand_above_the_header(tmp_path: Path) -> None:
    table = "name,identifier,email,login\nJane Doe,42,jane@example.edu,jd\n"
    assert roster(tmp_path, "The class of 2026\n" * 10 + table).lines == [JANE]
    with pytest.raises(RosterError, match="no column is called name"):
        roster(tmp_path, "The class of 2026\n" * 11 + table)


@pytest.mark.parametrize(
    ("heading", "status", "is_there"),
    [
        ("Registration Status", "**Web Registered**", True),
        ("Registration Status", "Drop/Delete", False),
        ("Attendance Status", "Fully Enrolled", True),
        ("Attendance Status", "Temporarily Withdrawn", False),
        ("Status", "Active", True),
        ("Status", "Suspended", False),
        ("Enrollment Status", "inactive", False),
        ("Enrollment Status", "Waitlisted", True),
        ("Status", "Submitted for grading - 2 days late", True),
        ("Status", "Abgemeldet", False),
        ("Statut", "D\u00e9sinscrite", False),
        ("Estado", "Baja", False),
        ("Tilmeldingsstatus", "Frameldt", False),
        ("Tilmeldingsstatus", "Tilmeldt", True),
    ],
)
def test_a_list_says_who_has_left_the_class(
    heading: str, status: str, is_there: bool, tmp_path: Path
) -> None:
    text = f"Name,Student ID,{heading}\nBob Roe,2,\nJane Doe,42,{status}\n"
    jane = Line("Jane Doe", ("42",), role="student" if is_there else "dropped")
    found = roster(tmp_path, text)
    assert (jane in found.lines, jane in found.others) == (is_there, not is_there)
    told = ["roster.csv: dropped by what the list says of them: Jane Doe"]
    assert found.notes == ([] if is_there else told)


def test_who_has_left_one_section_for_another_is_in_the_class(tmp_path: Path) -> None:
    lines = ["Jane Doe,42,A,Dropped", "Jane Doe,42,B,Registered", "Bob Roe,2,A,Dropped"]
    text = "\n".join(["Name,Student ID,Section,Status", *lines, *lines])
    found = roster(tmp_path, text)
    assert found.lines == [Line("Jane Doe", ("42",), sections=("B",))]
    assert found.others == [Line("Bob Roe", ("2",), sections=("A",), role="dropped")]
