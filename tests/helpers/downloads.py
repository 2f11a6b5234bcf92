"""What lies in a download of each system's, named as the system names it, and whose it is."""

from __future__ import annotations

from helpers.classes import Files, make_zip

TIME = "2026-10-01-12-00-00"
LATER = "2026-10-02-12-00-00"
# By layout: what lies there, and the modules that are found, by whom they are of and slug.
DOWNLOADS: dict[str, list[tuple[Files, dict[str, dict[str, str]]]]] = {
    "canvas": [
        (
            {"doejane_LATE_77_1_relu.py": "j", "roebob_78_2_relu.py": "b", "roebob_78_3_x.pdf": ""},
            {"doejane_77": {"relu": "j"}, "roebob_78": {"relu": "b"}},
        ),
        # A student's own numbers come after Canvas's.
        (
            {"doejane_77_1_roebob_78_2_relu.py": "odd", "roebob_78_2_relu.py": "b"},
            {"doejane_77": {}, "roebob_78": {"relu": "b"}},
        ),
        (
            {"anon_x7Qa2_11_relu.py": "x", "LATE_anon_99999_12_relu.py": "y"},
            {"anon_x7Qa2": {"relu": "x"}, "anon_99999": {"relu": "y"}},
        ),
        # The newest file counts, by Canvas's number, whatever it is called; texts are no files.
        (
            {
                "doejane_77_900_relu-3.py": "old",
                "doejane_77_1001_relu.py": "new",
                "doejane_77_text.html": "",
                "studenttest_5_3_relu.py": "staff's",
            },
            {"doejane_77": {"relu": "new"}},
        ),
        ({"müllerzoë_7_1_relu.py": "z"}, {"müllerzoë_7": {"relu": "z"}}),
        # As older releases marked who is late.
        (
            {"doejane_late_77_1_relu.py": "j", "oneilpat_78_2_relu.py": "p"},
            {"doejane_77": {"relu": "j"}, "oneilpat_78": {"relu": "p"}},
        ),
    ],
    "autolab": [
        (
            {
                "jd@x.edu_1_relu.py": "old",
                "jd@x.edu_2_relu.py": "older",
                "jd@x.edu_10_relu.py": "new",
                "b_r@cs.x.edu_3_handin.zip": "PK",
            },
            {"jd@x.edu": {"relu": "new"}, "b_r@cs.x.edu": {}},
        ),
        # A student's own name for a file comes after Autolab's part.
        (
            {"jd@x.edu_1_br@x.edu_9_relu.py": "odd", "br@x.edu_1_relu.py": "b"},
            {"jd@x.edu": {"relu": "odd"}, "br@x.edu": {"relu": "b"}},
        ),
        # As other systems write it that have addresses for logins.
        ({"jd@x.edu_1_relu_1_relu.py": "j"}, {"jd@x.edu": {"relu": "j"}}),
    ],
    "vpl": [
        (
            {
                "Doe Jane 77 jd/2026-10-01-12-00-00/relu.py": "old",
                "Doe Jane 77 jd/2026-10-02-12-00-00/relu.py": "new",
                "Doe Jane 77 jd/2026-10-02-12-00-00.ceg/execution.txt": "",
                "Report.txt": "Date: …",
            },
            {"Doe Jane 77 jd": {"relu": "new"}},
        ),
        (
            {
                "Team 3 Group 12 /2026-10-01-12-00-00/relu.py": "t",
                "Report.txt": "",
                "Errors.txt": "",
            },
            {"Team 3 Group 12 ": {"relu": "t"}},
        ),
        # The newest counts, whatever is in it; a name with numbers ends at Moodle's.
        (
            {
                "de 2 Vries Jo 5 v2@x/2026-01-01-00-00-00/relu.py": "a",
                "de 2 Vries Jo 5 v2@x/2026-01-01-00-00-01/relu.py": "b",
            },
            {"de 2 Vries Jo 5 v2@x": {"relu": "b"}},
        ),
    ],
    "moodle": [
        # The first fixed part is Moodle's, a later one is in the name that a student chose.
        (
            {
                "Jane Doe_111_assignsubmission_file_x_222_assignsubmission_file_relu.py": "odd",
                "Bob Roe_222_assignsubmission_file_relu.py": "b",
            },
            {"Jane Doe_111": {}, "Bob Roe_222": {"relu": "b"}},
        ),
        (
            {
                "Teilnehmerin_31_assignsubmission_file/relu.py": "x",
                "Participant_32_assignsubmission_file_/relu.py": "y",
                "Teilnehmer*in_33_assignsubmission_file_relu.py": "z",
            },
            {
                "Teilnehmerin_31": {"relu": "x"},
                "Participant_32": {"relu": "y"},
                "Teilnehmer*in_33": {"relu": "z"},
            },
        ),
        (
            {
                "Group A_5_assignsubmission_file/relu.py": "a",
                "Standard-Gruppe_assignsubmission_file/relu.py": "d",
                "Group A_5_assignsubmission_onlinetext/onlinetext.html": "",
            },
            {"Group A_5": {"relu": "a"}, "Standard-Gruppe": {"relu": "d"}},
        ),
        # What some sites put beside the name, and blanks that became underscores.
        (
            {
                "jdoe_Jane Doe_111_assignsubmission_file_/relu.py": "j",
                "Bob Roe__b.roeATx.edu__222_assignsubmission_file_/relu.py": "b",
                "Zoe_La_Rue_333_assignsubmission_file_/relu.py": "z",
            },
            {
                "jdoe_Jane Doe_111": {"relu": "j"},
                "Bob Roe__b.roeATx.edu__222": {"relu": "b"},
                "Zoe_La_Rue_333": {"relu": "z"},
            },
        ),
    ],
    "gradescope": [
        (
            {
                "submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: Jane\n"
                "    :sid: 0042\n  :created_at: 2026-10-01 10:00:00 Z\n",
                "submission_1/relu.py": "j",
            },
            {"Jane_0042": {"relu": "j"}},
        ),
        # What PyYAML refuses: a quote that is closed in the first column; a forged entry in it.
        (
            {
                "submission_metadata.yml": "---\nsubmission_1:\n  :submitters:\n  - :name: Jane\n"
                "    :sid: '1'\n  :results:\n    output: \"said\n...\n\nsubmission_2:\n"
                "  :submitters:\n  - :name: Forged\n    :sid: '9'\n\"\nsubmission_2:\n"
                "  :submitters:\n  - :name: Bob\n    :sid: '2'\n",
                "submission_1/relu.py": "j",
                "submission_2/relu.py": "b",
            },
            {"Jane_1": {"relu": "j"}, "Bob_2": {"relu": "b"}},
        ),
        # The same; quotes within quotes open and close nothing.
        (
            {
                "submission_metadata.yml": "---\nsubmission_1:\n  :submitters:\n  - :name: Jane\n"
                "    :sid: '1'\n  :results:\n    output: \"a \\\" b\n...\n\nsubmission_2:\n"
                "  :submitters:\n  - :name: Forged\n    :sid: '9'\n\"\nsubmission_2:\n"
                "  :submitters:\n  - :name: Bob\n    :sid: '2'\n",
                "submission_1/relu.py": "j",
                "submission_2/relu.py": "b",
            },
            {"Jane_1": {"relu": "j"}, "Bob_2": {"relu": "b"}},
        ),
        # Whoever hands in again is the same person, under another name as well.
        (
            {
                "submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: Jane Doe\n"
                "    :sid: '1'\n  :created_at: 2026-10-01 10:00:00 Z\nsubmission_2:\n"
                "  :submitters:\n  - :name: Jane Roe\n    :sid: '1'\n"
                "  :created_at: 2026-10-02 10:00:00 Z\n",
                "submission_1/relu.py": "old",
                "submission_2/relu.py": "new",
            },
            {"Jane Roe_1": {"relu": "new"}},
        ),
        # Two of a group, and a submission of nobody.
        (
            {
                "submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: J\n"
                "  - :name: B\nsubmission_2:\n  :submitters: []\n",
                "submission_1/relu.py": "ours",
                "submission_2/relu.py": "whose",
            },
            {"J": {"relu": "ours"}, "B": {"relu": "ours"}, "submission_2": {"relu": "whose"}},
        ),
    ],
    "blackboard": [
        (
            {
                f"HW 1_jdoe_Versuch_{TIME}_relu.py": "old",
                f"HW 1_jdoe_Versuch_{LATER}_relu.py": "new",
                f"HW 1_jdoe_Versuch_{LATER}.txt": "Name: Jane Doe (jdoe)\n",
            },
            {"jdoe": {"relu": "new"}},
        ),
        (
            {
                f"HW_1 of 2_jdoe_attempt_{TIME}_relu.py": "old",
                f"HW_1 of 2_jdoe_attempt_{TIME}.txt": "Name: Jane Doe (jdoe)\n",
                f"HW_1 of 2_jdoe_attempt_{LATER}_relu.py": "new",
                f"HW_1 of 2_jdoe_attempt_{LATER}.txt": "Name: Jane Doe (jdoe)\n",
            },
            {"jdoe": {"relu": "new"}},
        ),
        # What that file says is believed of its own name alone.
        (
            {
                f"HW1_jdoe_attempt_{TIME}_relu.py": "j",
                f"HW1_jdoe_attempt_{TIME}.txt": "Name: Bob Roe (broe)\n",
            },
            {"jdoe": {"relu": "j"}},
        ),
        # A username with an underscore, as the file beside it tells.
        (
            {
                f"HW1_j_doe_attempt_{TIME}_relu.py": "j",
                f"HW1_j_doe_attempt_{TIME}.txt": "\ufeffName: Jane Doe (j_doe)\nComments: (bob)\n",
            },
            {"j_doe": {"relu": "j"}},
        ),
        # A student's own words come after Blackboard's.
        (
            {
                f"HW1_jdoe_attempt_{TIME}_HW1_broe_attempt_{LATER}_relu.py": "odd",
                f"HW1_broe_attempt_{TIME}_relu.py": "b",
            },
            {"jdoe": {}, "broe": {"relu": "b"}},
        ),
        # In another language, and another encoding.
        (
            {
                f"TP 1_j_doe_attempt_{TIME}_relu.py": "j",
                f"TP 1_j_doe_attempt_{TIME}.txt": "Nom\u00a0: Jane Doe (j_doe)\r\nDevoir : TP 1",
                f"TP 1_b_roe_attempt_{TIME}_relu.py": "b",
                f"TP 1_b_roe_attempt_{TIME}.txt": "Nom : Roe (b_roe)\r\n".encode("utf-16"),
            },
            {"j_doe": {"relu": "j"}, "b_roe": {"relu": "b"}},
        ),
        # A group's name with an underscore; two tasks of one person.
        (
            {
                f"HW1_Red_Pandas_attempt_{TIME}_relu.py": "g",
                f"HW1_Red_Pandas_attempt_{TIME}.txt": "Name: Red_Pandas\nAssignment: HW1\n",
                f"HW1_jdoe_attempt_{TIME}_relu.py": "j",
                f"HW2_jdoe_attempt_{LATER}_dropout.py": "j2",
            },
            {"Red_Pandas": {"relu": "g"}, "jdoe": {"relu": "j", "dropout": "j2"}},
        ),
    ],
    "brightspace": [
        (
            {
                "1001-22 - Jane Doe - 24 September, 2024 9.26 PM/relu.py": "old",
                "1001-22 - Jane Doe - 25 September, 2024 21.26/relu.py": "new",
                "1002-22 - Max Roe-Lee - 3. Okt. 2024 926 AM/relu.py": "m",
                "index.html": "<html>",
            },
            {"Jane Doe_1001": {"relu": "new"}, "Max Roe-Lee_1002": {"relu": "m"}},
        ),
        (
            {
                "index.html": "",
                "397063-1 - Mary-Ann Smith - Sep 24, 2024 926 PM/relu.py": "old",
                "397063-2 - Mary-Ann Smith - Oct 4, 2024 1004 AM/relu.py": "new",
                "397064-3 - Jo - van Dam - Sep 24, 2024 926 PM/relu.py": "jo",
            },
            {"Mary-Ann Smith_397063": {"relu": "new"}, "Jo - van Dam_397064": {"relu": "jo"}},
        ),
        (
            {"Doe, Jane - 1234567/relu.py": "j", "Roe, Bob - 1234568/relu.py": "b"},
            {"Doe, Jane_1234567": {"relu": "j"}, "Roe, Bob_1234568": {"relu": "b"}},
        ),
        # Two people of one name.
        (
            {
                "1-1 - Jane Doe - Sep 24, 2024 926 PM/relu.py": "one",
                "2-1 - Jane Doe - Sep 25, 2024 926 PM/relu.py": "two",
                "index.html": "",
            },
            {"Jane Doe_1": {"relu": "one"}, "Jane Doe_2": {"relu": "two"}},
        ),
        # A flat list; the first time is Brightspace's.
        (
            {
                "index.html": "",
                "1001-22 - Jane Doe - Sep 24, 2024 926 PM - relu.py": "old",
                "1001-22 - Jane Doe - Sep 25, 2024 926 PM - relu.py": "new",
                "1002-22 - Bob Roe - Sep 24, 2024 926 PM - "
                "x - Jane Doe - Sep 26, 2024 926 PM - relu.py": "odd",
            },
            {"Jane Doe_1001": {"relu": "new"}, "Bob Roe_1002": {}},
        ),
        # Sites that write a person's number, too, and blanks that are not everywhere.
        (
            {
                "1001-22 - N0123456 - Jane Doe - Sep 24, 2024 926 PM/relu.py": "j",
                "1002-22- N0123457 - Bob Roe- 24 Sep, 2024 2126/relu.py": "b",
            },
            {"Jane Doe_1001": {"relu": "j"}, "Bob Roe_1002": {"relu": "b"}},
        ),
    ],
    "ilias": [
        (
            {"Doe_Jane_jdoe_301/relu.py": "j", "van_Dam_Jo_jo.dam_302/relu.py": "d"},
            {"Doe_Jane_jdoe_301": {"relu": "j"}, "van_Dam_Jo_jo.dam_302": {"relu": "d"}},
        ),
        # A team's work lies with whoever uploaded it.
        (
            {
                "Team 5/Doe_Jane_jdoe_301/relu.py": "ours",
                "Team 5/Roe_Bob_broe_302/dropout.py": "ours, too",
            },
            {
                "Doe_Jane_jdoe_301": {"relu": "ours", "dropout": "ours, too"},
                "Roe_Bob_broe_302": {"relu": "ours", "dropout": "ours, too"},
            },
        ),
        (
            {
                "Task/Abgaben/Doe_Jane_jdoe_301/Verspätete Abgabe - relu.py": "late",
                "Task/Abgaben/Roe_Bob_broe_302/relu.py": "b",
            },
            {"Doe_Jane_jdoe_301": {"relu": "late"}, "Roe_Bob_broe_302": {"relu": "b"}},
        ),
        # As a plugin lays them out.
        (
            {
                "Team_5/Doe_Jane_jdoe_301/relu.py": "ours",
                "Team_6/Roe_Bob_broe_302/relu.py": "b",
                "status.xlsx": "",
                "README.md": "",
            },
            {"Doe_Jane_jdoe_301": {"relu": "ours"}, "Roe_Bob_broe_302": {"relu": "b"}},
        ),
        # The folder around them ends in a number, too.
        (
            {
                "multi_feedback_ReLU_77/Doe_Jane_jdoe_301/relu.py": "j",
                "multi_feedback_ReLU_77/Roe_Bob_b_roe_302/relu.py": "b",
            },
            {"Doe_Jane_jdoe_301": {"relu": "j"}, "Roe_Bob_b_roe_302": {"relu": "b"}},
        ),
    ],
    "nbgrader": [
        (
            {
                "submitted/jdoe/ps1/relu.py": "j",
                "submitted/jdoe/ps1/timestamp.txt": "2026-10-01 12:00:00.000001 UTC\n",
                "submitted/jdoe/ps2/dropout.py": "j2",
                "submitted/broe/ps1/relu.py": "b",
            },
            {"jdoe": {"relu": "j", "dropout": "j2"}, "broe": {"relu": "b"}},
        ),
        # The exchange's folders, of which the newest counts.
        (
            {
                "jdoe+ps1+2026-10-01 12:00:00.1 UTC+a1b2/relu.py": "old",
                "jdoe+ps1+2026-10-01 12:00:00.1 UTC+a1b2/timestamp.txt": "2026-10-01 12:00:00.1",
                "jdoe+ps1+2026-10-02 12:00:00.1 UTC+a1b3/relu.py": "new",
                "jdoe+ps1+2026-10-02 12:00:00.1 UTC+a1b3/timestamp.txt": "2026-10-02 12:00:00.1",
            },
            {"jdoe": {"relu": "new"}},
        ),
        (
            {
                "jdoe/ps1/relu.py": "j",
                "jdoe/ps1/timestamp.txt": "none",
                "broe/ps1/relu.py": "b",
                "broe/ps1/timestamp.txt": "2026-10-01 12:00:00.1",
            },
            {"jdoe": {"relu": "j"}, "broe": {"relu": "b"}},
        ),
        # The folder of the whole course.
        (
            {
                "source/ps1/relu.py": "ours",
                "release/ps1/relu.py": "ours",
                "submitted/jdoe/ps1/relu.py": "j",
                "gradebook.db": "",
            },
            {"jdoe": {"relu": "j"}},
        ),
    ],
    "artemis": [
        (
            {
                "CS1-ReLU-1234-ga12abc.zip": make_zip({"relu.py": "j"}),
                "CS1-ReLU-1235-ge34xyz.zip": make_zip({"relu.py": "b"}),
            },
            {"ga12abc": {"relu": "j"}, "ge34xyz": {"relu": "b"}},
        ),
        (
            {"CS1-ReLU-1234-ga12abc/relu.py": "j", "CS1-ReLU-1235-ge34xyz/src/relu.py": "b"},
            {"ga12abc": {"relu": "j"}, "ge34xyz": {"relu": "b"}},
        ),
        (
            {
                "CS1-My net-1234-student-submission.git.zip": make_zip({"relu.py": "j"}),
                "CS1-My net-1235-student-submission.git.zip": make_zip({"relu.py": "b"}),
            },
            {"1234": {"relu": "j"}, "1235": {"relu": "b"}},
        ),
    ],
    "github": [
        # As GitLab packs them.
        (
            {
                f"relu-octocat-main-{40 * 'a'}.zip": make_zip({"x/relu.py": "o"}),
                f"relu-hub-bot-main-{40 * 'b'}.zip": make_zip({"x/relu.py": "h"}),
            },
            {"octocat": {"relu": "o"}, "hub-bot": {"relu": "h"}},
        ),
        (
            {"relu-octocat/relu.py": "o", "relu-hub-bot/relu.py": "h"},
            {"octocat": {"relu": "o"}, "hub-bot": {"relu": "h"}},
        ),
        # Classroom 50's, and of two assignments.
        (
            {
                "dl-2026-relu-octocat/relu.py": "o",
                "dl-2026-dropout-octocat/dropout.py": "o2",
                "dl-2026-relu-hubot/relu.py": "h",
                "scores.csv": "username,score\n",
            },
            {"octocat": {"relu": "o", "dropout": "o2"}, "hubot": {"relu": "h"}},
        ),
        # A login that begins as an assignment is called.
        (
            {"relu-relu-bob/relu.py": "not Bob's", "relu-bob/relu.py": "Bob's"},
            {"relu-bob": {"relu": "not Bob's"}, "bob": {"relu": "Bob's"}},
        ),
        # As the folder around them says.
        (
            {"w1-submissions/w1-o-cat/relu.py": "o", "w1-submissions/w1-o-dog/x": ""},
            {"o-cat": {"relu": "o"}, "o-dog": {}},
        ),
        # A login is one's own in any case.
        (
            {"relu-Octocat/relu.py": "o", "dropout-octocat/dropout.py": "o2"},
            {"octocat": {"relu": "o", "dropout": "o2"}},
        ),
        # Downloaded as zips; a slug with a hyphen, in any case.
        (
            {"ReLU-octocat-main/relu.py": "o", "relu-hub-bot-main/relu.py": "h"},
            {"octocat": {"relu": "o"}, "hub-bot": {"relu": "h"}},
        ),
    ],
    "sakai": [
        (
            {
                "grades.csv": '"ReLU","Points"\n\nDisplay ID,ID,Last Name,First Name,grade\n',
                "Doe, Jane(jdoe)/timestamp.txt": "2026-10-01T21:10:00Z",
                "Doe, Jane(jdoe)/Doe, Jane(jdoe)_submissionText.html": "",
                "Doe, Jane(jdoe)/comments.txt": "",
                "Doe, Jane(jdoe)/Submission attachment(s)/relu.py": "j",
                "Doe, Jane(jdoe)/Feedback Attachment(s)/relu.py": "a teacher's",
                "Roe, Bob(broe)/timestamp.txt": "20261001211000000",
            },
            {"Doe, Jane(jdoe)": {"relu": "j"}, "Roe, Bob(broe)": {}},
        ),
        # Without folders; whatever a student calls a file.
        (
            {
                "Doe, Jane(jdoe)_Submission attachment(s)_relu.py": "j",
                "Doe, Jane(jdoe)_timestamp.txt": "20261001211000000",
                "Roe, Bob(broe)_Submission attachment(s)_Doe, Jane(jdoe)_x_relu.py": "odd",
                "Roe, Bob(broe)_Feedback Attachment(s)_relu.py": "a teacher's",
            },
            {"Doe, Jane(jdoe)": {"relu": "j"}, "Roe, Bob(broe)": {}},
        ),
        # Two together, with the folders' words in another language.
        (
            {
                "Doe, Jane(jdoe); Roe, Bob(b.roe@x.edu)/Adjuntos de la entrega/relu.py": "both",
                "O'Neil-Ström, Åsa Li(u1)/Adjuntos de la entrega/dropout.py": "a",
            },
            {
                "Doe, Jane(jdoe)": {"relu": "both"},
                "Roe, Bob(b.roe@x.edu)": {"relu": "both"},
                "O'Neil-Ström, Åsa Li(u1)": {"dropout": "a"},
            },
        ),
        # A name in one word, and one with a nickname.
        (
            {
                "Doe,(jdoe)/Submission attachment(s)/relu.py": "j",
                "O'Neil, Pat (Patty)(pon)/Submission attachment(s)/relu.py": "p",
                "Roe, Bob B., Jr.(broe)_Submission attachment(s)_relu.py": "b",
            },
            {
                "Doe,(jdoe)": {"relu": "j"},
                "O'Neil, Pat (Patty)(pon)": {"relu": "p"},
                "Roe, Bob B., Jr.(broe)": {"relu": "b"},
            },
        ),
    ],
    "assignments": [
        # With a number, before or after, and by its title.
        (
            {"03_relu/jane.py": "a", "03_relu/bob.py": "b", "Dropout-4/jane.py": "c"},
            {"jane": {"relu": "a", "dropout": "c"}, "bob": {"relu": "b"}},
        ),
        (
            {"relu-3/jane.py": "a", "relu-3/bob.py": "b", "Week 4 - Dropout/jane.py": "c"},
            {"jane": {"relu": "a", "dropout": "c"}, "bob": {"relu": "b"}},
        ),
        (
            {"relu/jane.py": "a", "relu/bob.py": "b", "dropout/jane.py": "c"},
            {"jane": {"relu": "a", "dropout": "c"}, "bob": {"relu": "b"}},
        ),
        # One is called as an assignment is, and one's file has been numbered by a browser.
        (
            {"ReLU/dropout.py": "a", "ReLU/Bo Roe (1).py": "b", "Dropout/Bo Roe.ipynb": ""},
            {"dropout": {"relu": "a"}, "Bo Roe": {"relu": "b"}},
        ),
        ({"relu/Doe, Jane.py": "a", "relu/bob.py": "b"},
         {"Doe, Jane": {"relu": "a"}, "bob": {"relu": "b"}}),
        (
            {"relu/jane_relu.py": "a", "relu/bob_relu.py": "b", "dropout/jane.py": "c"},
            {"jane": {"relu": "a", "dropout": "c"}, "bob": {"relu": "b"}},
        ),
    ],
    "folders": [
        (
            {"alice/relu.py": "a", "bob.zip": make_zip({"relu.py": "b"}), "notes.txt": ""},
            {"alice": {"relu": "a"}, "bob": {"relu": "b"}},
        ),
        # An archive beside the folder that it was unpacked to.
        (
            {"alice/relu.py": "a", "alice.zip": make_zip({"relu.py": "a"}), "bob/relu.py": "b"},
            {"alice": {"relu": "a"}, "bob": {"relu": "b"}},
        ),
        # Loose modules, as shared drives and people name them: one submission a student.
        (
            {
                "Jane Doe - relu.py": "j", "dropout_Jane Doe (2).py": "j2", "hw1_roe_relu.py": "r",
                "relu-o-cat.ipynb.txt": "odd",
            },
            {"Jane Doe": {"relu": "j", "dropout": "j2"}, "roe": {"relu": "r"}, "o-cat": {}},
        ),
        # Names that have something of a system's, and are of none.
        (
            {"relu-alice/relu.py": "a", "doe_jane_hw_1/relu.py": "j", "bob/relu.py": "b"},
            {"relu-alice": {"relu": "a"}, "doe_jane_hw_1": {"relu": "j"}, "bob": {"relu": "b"}},
        ),
        # When it was handed in stands behind the name.
        (
            {
                "Jane Doe - 2026-11-14T13_41_26.324712/relu.py": "j",
                "Roe_Bob_br7_2026-10-10_23-43-22.zip": make_zip({"relu.py": "b"}),
            },
            {
                "Jane Doe": {"relu": "j"},
                "Roe_Bob_br7": {"relu": "b"},
            },
        ),
        # Two archives of one student's; two that are called by a day alone may be of two.
        (
            {
                "Roe_Bob_br7_2026-10-09_20-00-00.zip": make_zip({"relu.py": "old"}),
                "Roe_Bob_br7_2026-10-10_23-43-22.zip": make_zip({"relu.py": "new"}),
                "Fox_2026-10-10.zip": make_zip({"relu.py": "f"}),
                "Fox_2026-10-11.zip": make_zip({"relu.py": "g"}),
            },
            {
                "Roe_Bob_br7": {"relu": "new"},
                "Fox_2026-10-10": {"relu": "f"},
                "Fox_2026-10-11": {"relu": "g"},
            },
        ),
        # OpenOlat's, with the course's own answers beside the students.
        (
            {
                "Doe_Jane_jd/1_submissions/relu.py": "old",
                "Doe_Jane_jd/2_corrections/relu.py": "the tutor's",
                "Doe_Jane_jd/3_revisions_1/relu.py": "new",
                "Roe_Bob_br/1_submissions/relu.py": "b",
                "solutions/relu.py": "the course's",
            },
            {"Doe_Jane_jd": {"relu": "new"}, "Roe_Bob_br": {"relu": "b"}},
        ),
        # Of one student, which is no class of Revision 1 and Revision 2.
        (
            {
                "Doe, Jane - s486002/Revision 1 - On time/relu.py": "old",
                "Doe, Jane - s486002/Revision 1 - On time/dropout.py": "d",
                "Doe, Jane - s486002/Revision 2 - Late/relu.py": "new",
                "notes.txt": "",
            },
            {"Doe, Jane - s486002": {"relu": "new", "dropout": "d"}},
        ),
        ({"Doe_Jane_jd/1_submissions/relu.py": "j"}, {"Doe_Jane_jd": {"relu": "j"}}),
        # What Teams keeps: what is being worked on is not handed in.
        (
            {
                "Submitted files/Jane Doe/ReLU/Version 1/relu.py": "old",
                "Submitted files/Jane Doe/ReLU/Version 2/relu.py": "new",
                "Submitted files/Bob Roe/ReLU/Version 1/relu.py": "b",
                "Working files/Jane Doe/ReLU/relu.py": "draft",
                "Working files/Zoe Fox/ReLU/relu.py": "draft",
            },
            {"Jane Doe": {"relu": "new"}, "Bob Roe": {"relu": "b"}},
        ),
    ],
}  # fmt: skip
