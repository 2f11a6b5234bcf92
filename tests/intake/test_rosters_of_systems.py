"""Rosters as each system and office exports them: three of a kind, at least."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from grader.intake.roster import Line, read_roster

# By kind: a file, and who is in the class by it.
EXPORTS: dict[str, list[tuple[str, list[Line]]]] = {
    "prairielearn, openolat and a registrar": [
        (
            "UID,UIN,Username,Name,Role\njd@x.edu,655550001,jd,Jane Doe,Student\n"
            "ta@x.edu,655550003,ta,Tea Ay,Staff\n",
            [Line("Jane Doe", ("655550001",), "jd@x.edu", "jd")],
        ),
        (
            "Nachname;Vorname;Benutzername;Institutionsnummer\nDoe;Jane;jd;10-123-456\n",
            [Line("Jane Doe", ("10-123-456",), login="jd")],
        ),
        (
            "Last Name,Legal First Name,Preferred Name,Student Number\nDoe,Janet,Jane,11\n",
            [Line("Janet Doe", ("11",), also_called="Jane Doe")],
        ),
    ],
    "gradescope": [
        (
            "First Name,Last Name,SID,Email,Role,Sections\nJane,Doe,0042,jd@x.edu,Student,A\n"
            "Pat,Poe,,pp@x.edu,Instructor,\nTim,Tee,,tt@x.edu,TA,A\nRae,Ree,,rr@x.edu,Reader,\n",
            [Line("Jane Doe", ("0042",), "jd@x.edu", sections=("A",))],
        ),
        (
            'Name,Email,SID,Role\n"Doe, Jane",jd@x.edu,,Student\nBo,b@x.edu,7,Student\n',
            [Line("Doe, Jane", email="jd@x.edu"), Line("Bo", ("7",), "b@x.edu")],
        ),
        (
            "First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,"
            "Submission Time,Lateness (H:M:S),View Count,Submission Count\n"
            "Jane,Doe,42,jd@x.edu,A,8.0,10.0,Graded,11,2026-10-01 13:16:26 -0600,00:00:00,1,2\n"
            "Bo,Roe,43,br@x.edu,A,,10.0,Missing,,,,,\n",
            [
                Line(
                    "Jane Doe",
                    ("42",),
                    "jd@x.edu",
                    sections=("A",),
                    submitted_at="2026-10-01T19:16:26Z",
                ),
                Line("Bo Roe", ("43",), "br@x.edu", sections=("A",)),
            ],
        ),
    ],
    "blackboard": [
        (
            '\ufeff"Last Name","First Name","Username","Student ID","Last Access","Availability"\n'
            '"Doe","Jane","jd","42","2026-10-01 10:00:00","Yes"\n'
            '"Poe_PreviewUser","Pat","ppoe_previewuser","","",""\n',
            [Line("Jane Doe", ("42",), login="jd")],
        ),
        (
            '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"HW [Total Pts: 10 Score] |17"\n'
            '"Doe"\t"Jane"\t"jd"\t"42"\t"9"\n',
            [Line("Jane Doe", ("42",), login="jd")],
        ),
        (
            "Username,First Name,Last Name,Email,Role\njd,Jane,Doe,jd@x.edu,Student\n"
            "pp,Pat,Poe,pp@x.edu,Course Builder\n",
            [Line("Jane Doe", email="jd@x.edu", login="jd")],
        ),
    ],
    "brightspace": [
        (
            "OrgDefinedId,Username,Last Name,First Name,Email,HW Points Grade <Numeric "
            "MaxPoints:10 Weight:5>,End-of-Line Indicator\n#0042,#jd,Doe,Jane,jd@x.edu,9,#\n",
            [Line("Jane Doe", ("0042",), "jd@x.edu", "jd")],
        ),
        (
            "Username,End-of-Line Indicator\n#jd,#\n#br,#\n",
            [Line("", login="jd"), Line("", login="br")],
        ),
        (
            "OrgDefinedId\tLast Name\tFirst Name\tSection Membership\tRole\n"
            "#42\tDoe\tJane\tA\tStudent\n#43\tPoe\tPat\tA\tInstructor\n",
            [Line("Jane Doe", ("42",))],
        ),
    ],
    "github classroom": [
        (
            '"identifier","github_username","github_id","name"\n"42","octocat","583","Octo"\n'
            '"43","","",""\n',
            [Line("Octo", ("42",), github="octocat"), Line("", ("43",))],
        ),
        (
            '"identifier","github_username","github_id","name","group_name"\n'
            '"Doe, Jane","octocat","583","The Octocat","red"\n',
            [Line("Doe, Jane", github="octocat", group="red")],
        ),
        (
            '"identifier","github_username","github_id","name"\n"jd@x.edu","octocat","583",""\n',
            [Line("", email="jd@x.edu", github="octocat")],
        ),
    ],
    "classroom 50": [
        (
            "username,first_name,last_name,email,section,github_id,role\n"
            "octocat,Jane,Doe,jd@x.edu,A,583,student\nhubot,Pat,Poe,,,2,ta\n",
            [Line("Jane Doe", email="jd@x.edu", github="octocat", sections=("A",))],
        ),
        (
            "username,first_name,last_name,email,section,github_id\noctocat,Jane,Doe,,,\n",
            [Line("Jane Doe", github="octocat")],
        ),
        (
            "username,first_name,last_name,email,section\noctocat,Jane,Doe,jd@x.edu,A\n",
            [Line("Jane Doe", email="jd@x.edu", login="octocat", sections=("A",))],
        ),
    ],
    "nbgrader": [
        (
            "id,last_name,first_name,email,lms_user_id\njd,Doe,Jane,jd@x.edu,77\n",
            [Line("Jane Doe", ("jd",), "jd@x.edu")],
        ),
        (
            "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
            "late_submission_penalty,score,max_score\n"
            "relu,,,jd,Doe,Jane,jd@x.edu,0.0,0.0,0.0,10.0\n"
            "adam,,,jd,Doe,Jane,jd@x.edu,0.0,0.0,0.0,10.0\n",
            [Line("Jane Doe", ("jd",), "jd@x.edu")],
        ),
        ("id,first_name,last_name\njd,,\nbr,,\n", [Line("", ("jd",)), Line("", ("br",))]),
    ],
    "sakai": [
        (
            'Name,User ID,Email Address,Role\n"Doe, Jane",jd,jd@x.edu,Student\n'
            '"Poe, Pat",pp,pp@x.edu,Instructor\n',
            [Line("Doe, Jane", ("jd",), "jd@x.edu")],
        ),
        (
            '"HW 1","Points"\n\n"Display ID","ID","Last Name","First Name","grade"\n'
            '"jd","42","Doe","Jane",""\n',
            [Line("Jane Doe", ("42",), login="jd")],
        ),
        (
            'Student ID,Name,Role,Groups\n42,"Doe, Jane",access,Lab A\n',
            [Line("Doe, Jane", ("42",), group="Lab A")],
        ),
    ],
    "ilias": [
        (
            "Login;Nachname;Vorname;E-Mail;Matrikelnummer;Rolle\njd;Doe;Jane;jd@x.de;42;"
            "Kursmitglied\npp;Poe;Pat;pp@x.de;;Kursadministrator\n",
            [Line("Jane Doe", ("42",), "jd@x.de", "jd")],
        ),
        (
            '"Name";"Benutzername";"Status"\n"Doe, Jane";"jd";"Aktiv"\n"Roe, Bo";"br";"Inaktiv"\n',
            [Line("Doe, Jane", login="jd")],
        ),
        ("Nachname;Vorname;Anmeldename\nDoe;Jane;jd\n", [Line("Jane Doe", login="jd")]),
    ],
    "moodle's participants": [
        (
            "First name,Last name,ID number,Email address,Groups\nJane,Doe,42,jd@x.edu,Lab A\n",
            [Line("Jane Doe", ("42",), "jd@x.edu", group="Lab A")],
        ),
        (
            '"First name / Last name","Email address","Roles","Groups","Last access to course",'
            '"Status"\n"Jane Doe","jd@x.edu","Student","Lab A","2 days","Active"\n'
            '"Pat Poe","pp@x.edu","Teacher","No groups","now","Active"\n'
            '"Bo Roe","br@x.edu","Student","Lab A","Never","Suspended"\n',
            [Line("Jane Doe", email="jd@x.edu", group="Lab A")],
        ),
        (
            "Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Gruppen\nJane,Doe,42,jd@x.de,\n",
            [Line("Jane Doe", ("42",), "jd@x.de")],
        ),
    ],
    "moodle's worksheet in further languages": [
        (
            "Identificador,Nome completo,Status,Nota,Nota máxima,Nota pode ser alterada,"
            "Última modificação (envio),Última modificação (nota)\n"
            "Participante222,Jane Doe,,,10,Sim,-,-\n",
            [Line("Jane Doe", numbers=("moodle:222",))],
        ),
        (
            "Identifierare,Fullständigt namn,Status,Betyg,Maxbetyg,Betyg kan ändras,"
            "Senast modifierat (inlämning),Senast modifierat (betyg)\n"
            "Deltagare222,Jane Doe,,,10,Ja,-,-\n",
            [Line("Jane Doe", numbers=("moodle:222",))],
        ),
        (
            "Identifier,Status,Grade,Maximum Grade,Grade can be changed,"
            "Last modified (submission),Last modified (grade)\nParticipant 222,,,10,Yes,-,-\n",
            [Line("", numbers=("moodle:222",))],
        ),
    ],
    "a registrar": [
        (
            '"Record Number","Student Name","ID","Registration Status","Level","Credits"\n'
            '"1","Doe, Jane A.","A0042","**Web Registered**","Undergraduate","4.0"\n'
            '"2","Roe, Bo","A0043","Drop/Delete","Undergraduate","0.0"\n',
            [Line("Doe, Jane A.", ("A0042",))],
        ),
        (
            "Notify,ID,Name,Grade Basis,Units,Program and Plan,Level,Status Note\n"
            ',0042,"Doe,Jane Ann",GRD,4.00,CS - BS,Junior,\n',
            [Line("Doe,Jane Ann", ("0042",))],
        ),
        (
            "Nr.;Matrikelnr.;Name;Vorname;Studiengang;Fachsemester;E-Mail\n"
            "1;0042;Doe;Jane;Informatik (B.Sc.);3;jd@x.de\n",
            [Line("Jane Doe", ("0042",), "jd@x.de")],
        ),
        (
            "Studienummer;Fornavn;Efternavn;Mailadresse;Hold\ns42;Jane;Doe;s42@x.dk;A\n",
            [Line("Jane Doe", ("s42",), "s42@x.dk", sections=("A",))],
        ),
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(*case, id=f"{kind} {number}")
        for kind, cases in EXPORTS.items()
        for number, case in enumerate(cases)
    ],
)
def test_each_export_says_who_is_in_the_class(
    text: str, expected: list[Line], tmp_path: Path
) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode())
    assert read_roster(path, UTC).lines == expected
