"""What the columns of a roster are called, by registrars, course systems and people.

Headings are compared by their letters and digits alone, without case and accents: "E-Mail-Adresse"
and "email_adresse" are one. The words are those of Canvas, Moodle (in its languages), Gradescope,
Blackboard, Brightspace, nbgrader, GitHub Classroom, Classroom 50, and of universities' lists.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from grader.text import fold

Columns = dict[str, list[int]]  # the places of the columns of each field, the best first

# The best of a field come first. "name" beside a first name is the last one, and the reverse.
FIELDS: dict[str, str] = {
    "name": """
        full name, name, student, student name, display name, fullname, Vollständiger Name, Name,
        Nom complet, Nombre completo, Nombre, Nome completo, Nome, Volledige naam, Naam,
        Fulde navn, Fuldt navn, Navn, Studerende, Den studerende, Studerendes navn, Elev, Deltager,
        Fullständigt namn, Namn, Fullt navn, Deltagare, Nom, Nom et prénom, Nome e cognome,
        Apellidos y nombre, Nombre y apellidos, Student/in, Studierende, Teilnehmer/in,
        participant, jméno, imię i nazwisko, koko nimi, preferred name,
        name of the student, name of student, student full name, candidate name, learner name,
        legal name, official name, first name last name, last name first name,
        surname first name, first last, last first,
        Vorname Nachname, Nachname Vorname, Name Vorname, Vorname Name, Familienname Vorname,
        Nom Prénom, Prénom Nom, Nombre Apellido(s), Nombre Apellidos, Apellidos Nombre,
        Apellido(s) Nombre, Cognome Nome, Nome Cognome, Nome Sobrenome, Nome Apelido(s),
        Fornavn Efternavn, Efternavn Fornavn, Voornaam Achternaam, Naam Voornaam,
        Förnamn Efternamn, Fornavn Etternavn, Adi Soyadi, Ad Soyad,
        ФИО, Фамилия Имя, Фамилия Имя Отчество, ПІБ, Студент,
        name original name, 姓名, 氏名, 名前, 学生姓名, 이름, 성명, Ονοματεπώνυμο
    """,
    "preferred_name": """
        preferred first name, preferred given name, chosen name, chosen first name, nickname,
        known as, goes by, Rufname
    """,
    "infix": """
        tussenvoegsel, tussenvoegsels, infix, infixes, voorvoegsel, voorvoegsels, prefix surname,
        surname prefix, Namenszusatz, Namenszusätze
    """,
    "first_name": """
        first name, given name, firstname, first, forename, given names, first names, Vorname,
        forenames, Vornamen, Prénom, Prénoms, Nombre(s), Nombres, Nome proprio,
        Primeiro nome, Voornaam, Roepnaam, Fornavn, Fornavn(e), Förnamn, Etunimi, imię, Adi, Ad,
        legal first name, legal given name, official first name,
        first name of student, given name of student, student first name, student first,
        student first middle, first middle, Имя, Ім'я, 名, meno, Όνομα
    """,
    "last_name": """
        last name, surname, family name, lastname, last, Nachname, Familienname, Zuname,
        Nom de famille, Apellido(s), Apellido, Apellidos, Cognome, Apelido, Apelidos, Sobrenome,
        Achternaam, Efternavn, Efternavn(e), Efternamn, Etternavn, Sukunimi, nazwisko, příjmení,
        priezvisko,
        legal last name, legal surname, legal family name, official last name,
        Soyadi, Soyad, family name of student, last name of student, student last name,
        student last, Фамилия, Прізвище, 姓, Επώνυμο
    """,
    "identifier": """
        sis user id, sis id, student id, student number, student no, student id number, sid,
        university id, id number, matriculation number, registration number, institution id,
        roll number, roll no, enrolment number, enrolment no, enrollment number, enrollment no,
        registration no, reg no, index number, admission number, matric number, matric no,
        matriculation no, student ref, student reference,
        student code, usn, prn, zid, perm, perm number, roster identifier, identifier, orgdefinedid,
        integration id, external id, external user key,
        uin, institutional id, institutional identifier, institution number, Institutionsnummer,
        campus id, person id, emplid, banner id, candidate number, user id, uid, id,
        Matrikelnummer, Matrikel-Nr., Matrikelnr, Mat.-Nr., Matr.-Nr., Matrnr, Matnr, ID-Nummer,
        Immatrikulationsnummer, Legi-Nr., Numéro d'étudiant, Numéro étudiant, N° étudiant,
        Numéro d'identification, Code permanent, Matricule, Identifiant, Número de ID,
        Número de identificación, Matrícula, Legajo, DNI, Expediente, Identificador,
        Codice identificativo, Matricola, Numero di matricola, Identificativo,
        Número de identificação (ID), Número de identificação, Número de aluno,
        Número mecanográfico, RA, Nummer (ID), Studentnummer, Studienummer,
        Studentennummer, Identificatie, ID-nummer, Identifikator, Studienr, Studie-ID,
        Studiekortnummer, Årskortnummer, Årskortnr, Eksamensnummer, Kandidatnummer,
        Personnummer, Identifierare, Opiskelijanumero,
        numer albumu, nr albumu, numer indeksu, nr indeksu, osobní číslo, číslo studenta, UČO,
        osobné číslo, Neptun kód, Öğrenci No, Öğrenci Numarasi, Numara, Αριθμός Μητρώου,
        N.º mecanográfico, N.º de aluno, Nº de matrícula, Nº expediente, N° Apogée, Cédula, RUT,
        Номер студенческого, Номер студенческого билета, Номер зачетки, Номер зачётной книжки,
        Номер залікової книжки, 学号, 學號, 学籍番号, 学生番号, 学生証番号, 학번
    """,
    "email": """
        email id, mail id, official email,
        email, email address, user email, e-mail, mail, university email, student email, sis email,
        E-Mail-Adresse, Mailadresse, Adresse de courriel, Adresse électronique, Courriel, Mél,
        Adresse mail, Adresse e-mail, Dirección de correo, Dirección de correo electrónico, Correo,
        Correo electrónico, Indirizzo email, Indirizzo e-mail, Posta elettronica,
        Endereço de e-mail, Endereço de email, Correio eletrónico, E-mailadres,
        E-mailadresse, Studiemail, E-postadress, E-post, E-postadresse, Sähköposti, E-posta,
        E-posta adresi, user principal name, upn,
        Электронная почта, Адрес электронной почты, Почта, Електронна пошта,
        邮箱, 电子邮件, 电子邮箱, メールアドレス, 이메일
    """,
    "login": """
        sis login id, login id, login, display id, username, user name, user, netid, net id, uni id,
        account, unix id, kerberos, uniqname, Anmeldename, Benutzername, Kennung,
        Benutzerkennung, Nutzername, Uni-Kennung, Nom d'utilisateur, Nombre de usuario, Usuario,
        Nome utente, Nome de utilizador, Nome de usuário, Identificação de usuário,
        Gebruikersnaam, Brugernavn, Bruger-ID, Bruger, Brukernavn, Användarnamn, Käyttäjätunnus,
        Kullanici adi, Логин, Логін, 用户名, ユーザー名, 아이디
    """,
    "github": """
        github username, github, github login, github name, github user, github account,
        github handle, github id or username, GitHub-Name, GitHub-Benutzername
    """,
    "section": """
        section, sections, section name, class section, tutorial, lab section, discussion section,
        tutorial group, seminar group, lab group, practical group, class group,
        Sektion, Tutorium, Übungsgruppe, Übung, Section de cours, Sección, Sezione, Secção, Turma,
        Sectie, Werkgroep, Hold, Holdnavn, Øvelseshold, Klasse, Sektioner, Klass
    """,
    "group": """
        group, group name, groups, team, team name, Gruppe, Gruppen, Gruppenname, Groupe, Groupes,
        Equipe, Grupo, Grupos, Equipo, Gruppo, Gruppi, Groep, Groepen, Grupp, Grupper, Gruppenavn,
        Ryhmä, Группа, Група
    """,
    "role": """
        role, roles, course role, enrollment role, Rolle, Rollen, Rôle, Rôles, Rol, Roles, Ruolo,
        Ruoli, Papel, Papéis, Função, Roll, Roller
    """,
    "standing": """
        status, registration status, enrollment status, enrolment status, attendance status,
        student status, course status, reg status, Anmeldestatus, Belegungsstatus, Statut,
        Statut d'inscription, Estado, Estado de inscripción, Stato, Stato iscrizione,
        Inschrijfstatus, Tilmeldingsstatus, Situação, Situación
    """,
    "submitted": """
        submitted, submitted at, submission time, submission timestamp, timestamp, submission date,
        last modified (submission), Zuletzt geändert (Abgabe), Abgegeben, Abgabezeit,
        Dernière modification (travail remis), Última modificación (entrega),
        Ultima modifica (consegna), Última atualização (submissão), Última modificação (envio),
        Laatst gewijzigd (inzending), Laatst gewijzigd (ingestuurde opdracht),
        Sidst ændret (aflevering), Sidst ændret (besvarelse), Senest ændret (aflevering),
        Senest ændret (besvarelse), Afleveret, Afleveringstidspunkt, Senast modifierat (inlämning)
    """,
    "extension": """
        extension, extended until, Verlängerung, Fristverlängerung, forlængelse, udsættelse,
        forlænget frist, frist forlænget til, ny frist
    """,
}  # fmt: skip

# A worksheet for grades out of Moodle has, beside its identifiers, columns that nothing else has.
_MOODLE_WORKSHEET = """
    Last modified (grade), Grade can be changed, Zuletzt geändert (Bewertung),
    Bewertung kann geändert werden, La note peut être modifiée, Dernière modification (évaluation),
    Dernière modification (note), La calificación puede ser cambiada,
    Última modificación (calificación), La valutazione può essere cambiata,
    Ultima modifica (valutazione), Het cijfer kan gewijzigd worden, Laatst gewijzigd (beoordeling),
    Laatst gewijzigd (cijfer), A nota pode ser alterada, Nota pode ser alterada,
    Última atualização (avaliação), Última modificação (nota), Betyg kan ändras,
    Senast modifierat (betyg), Karakter kan ændres, Karakteren kan ændres,
    Sidst ændret (karakter), Senest ændret (karakter), Bedømmelse kan ændres,
    Bedømmelsen kan ændres, Sidst ændret (bedømmelse), Senest ændret (bedømmelse)
"""
_MOODLE_IDENTIFIER = """
    identifier, ID, Identifiant, Identificador, Identificativo, Identificatie, Identifikator,
    Identifierare
"""
# What stands before the number in that column, and in names that Moodle makes for the nameless.
PARTICIPANT = """
    Participant, Teilnehmer/in, Teilnehmer*in, Teilnehmer, Teilnehmerin, Participante, Partecipante,
    Deelnemer, Deltager, Deltagare, Deltaker
"""
# Whose list this heading is in calls a person's name on GitHub just a name.
_OF_GITHUB = "githubid"


def spelt(heading: str) -> str:
    """A heading's letters and digits, folded."""
    return "".join(filter(str.isalnum, fold(heading)))


def as_written(heading: str) -> str:
    """A heading's letters and digits with their accents, without case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", heading).casefold()))


def _words(text: str) -> list[str]:
    return [spelt(part) for part in text.split(",")]


_RANKS = {field: {word: i for i, word in enumerate(_words(text))} for field, text in FIELDS.items()}
_WORKSHEET = frozenset(_words(_MOODLE_WORKSHEET))
_PARTICIPANT_COLUMN = frozenset(_words(_MOODLE_IDENTIFIER))
_WITH_ACCENTS = frozenset(
    word
    for text in (*FIELDS.values(), _MOODLE_WORKSHEET)
    for word in map(as_written, text.split(","))
    if not word.isascii()
)
_PART_OF_A_NAME = frozenset(_words("name, Nom, Nombre, Nome, Naam, Navn, Namn, jméno"))
PARTICIPANT_WORDS = frozenset(_words(PARTICIPANT))


def known_as_written(headings: Iterable[str], named: Iterable[str]) -> int:
    """How many of these are known, or `named`, and have an accent or a letter that is not plain."""
    known = _WITH_ACCENTS.union(map(as_written, named))
    return sum(word in known for word in map(as_written, headings) if not word.isascii())


def find_columns(header: Sequence[str], named: Mapping[str, Sequence[str]]) -> Columns:
    """The columns of each field in a table with this header; those of no field are in none.

    Two fields more than FIELDS has: "participant", Moodle's number in one assignment, and "canvas",
    Canvas's own number.

    Args:
        named: headings by field, of a course's own; they go before all others.
    """
    words = [spelt(heading) for heading in header]
    own = {spelt(heading): field for field, given in named.items() for heading in given}
    ranked: dict[str, list[tuple[int, int]]] = {}
    is_worksheet = bool(_WORKSHEET & set(words))
    is_canvas = words[:1] == ["student"] or {"lastname", "firstname"} <= set(words[:2])
    is_githubs = _OF_GITHUB in words and "githubusername" not in words
    for place, word in enumerate(words):
        field = own.get(word) or next((f for f, ranks in _RANKS.items() if word in ranks), "")
        rank = -1 if word in own else _RANKS.get(field, {}).get(word, 0)
        if word not in own and is_worksheet and place == 0 and word in _PARTICIPANT_COLUMN:
            field = "participant"
        elif word == "id" and is_canvas and "section" in words and "id" not in own:
            field = "canvas"
        elif word == "username" and "username" not in own and is_githubs:
            field = "github"
        if field:
            ranked.setdefault(field, []).append((rank, place))
    columns = {field: [place for _, place in sorted(found)] for field, found in ranked.items()}
    return _names_in_parts(columns, words)


def _names_in_parts(columns: Columns, words: Sequence[str]) -> Columns:
    """ "Name" beside "Vorname" is the last name, "Nombre" beside "Apellidos" the first; a full name
    is none of them. Beside both, a preferred name is a first one."""
    preferred = [place for place in columns.get("name", ()) if words[place] == "preferredname"]
    if preferred and {"first_name", "last_name"} <= columns.keys():
        others = [place for place in columns["name"] if place not in preferred]
        called = [*columns.get("preferred_name", ()), *preferred]
        columns = {**columns, "name": others, "preferred_name": called}
    for known, other in (("first_name", "last_name"), ("last_name", "first_name")):
        parts = [place for place in columns.get("name", ()) if words[place] in _PART_OF_A_NAME]
        if known in columns and other not in columns and parts:
            whole = [place for place in columns["name"] if place != parts[0]]
            return columns | {other: parts[:1], "name": whole}
    return columns
