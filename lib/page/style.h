/* What every page holds besides its content: how it looks, on a phone, on a screen, in the dark and
 * on paper, and a script that adds buttons for copying. Without the script nothing is missing. */
#ifndef LP_PAGE_STYLE_H
#define LP_PAGE_STYLE_H

extern const char lp_page_style[];
extern const char lp_page_script[];

#endif
