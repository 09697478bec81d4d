/* See prompt.h. The editor asks for what it can't do itself: history, completion, a clear screen.
 */
#include "prompt.h"

#include "commands.h"
#include "console.h"
#include "editor.h"
#include "history.h"

#include <string.h>

#define PROMPT "parley> "

static struct editor editor;
static struct history history;
static unsigned back;           /* so many lines back in the history; 0: the new line */
static char kept[EDITOR_BYTES]; /* the new line, while an old one is shown */

static void begin(void)
{
    back = 0;
    editor_begin(&editor, PROMPT, console_columns(), console_write);
}

static void older(void)
{
    const char *line = history_get(&history, back + 1);
    if (line == NULL)
        return;
    if (back++ == 0)
        strlcpy(kept, editor.text, sizeof kept);
    editor_replace(&editor, line);
}

static void newer(void)
{
    if (back == 0)
        return;
    back--;
    editor_replace(&editor, back == 0 ? kept : history_get(&history, back));
}

static void list_matches(const struct match *m)
{
    const unsigned per_row = console_columns() / MATCH_NAME_BYTES;
    editor_to_end(&editor);
    for (unsigned i = 0; i < m->count; i++)
        say(i % per_row == 0 ? "\n%-15s" : " %-15s", m->name[i]);
    say("\n");
    editor_draw(&editor, true);
}

static void complete(void)
{
    static struct match m;
    char line[EDITOR_BYTES];
    memcpy(line, editor.text, editor.cursor);
    line[editor.cursor] = '\0';
    m.count = 0;
    const size_t prefix = command_complete(line, &m);
    const size_t common = match_common(&m);
    if (common > prefix)
        editor_insert(&editor, m.name[0] + prefix, common - prefix);
    if (m.count == 1)
        editor_insert(&editor, " ", 1);
    else if (m.count > 1 && common == prefix)
        list_matches(&m);
}

static void clear(void)
{
    say(CLEAR_SCREEN);
    editor_draw(&editor, true);
}

const char *prompt_read(void)
{
    begin();
    for (;;) {
        const int key = console_key();
        if (key == KEY_NEW_CONSOLE) {
            say("\nshell: the console was restarted\n");
            editor_draw(&editor, true);
            continue;
        }
        switch (editor_key(&editor, (uint8_t)key)) {
        case EDITOR_LINE:
            history_add(&history, editor.text);
            return editor.text;
        case EDITOR_INTERRUPT:
            begin();
            break;
        case EDITOR_END:
            say("\n(poweroff switches the machine off)\n");
            begin();
            break;
        case EDITOR_OLDER:
            older();
            break;
        case EDITOR_NEWER:
            newer();
            break;
        case EDITOR_COMPLETE:
            complete();
            break;
        case EDITOR_CLEAR:
            clear();
            break;
        case EDITOR_MORE:
            break;
        }
    }
}
