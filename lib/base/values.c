#include "base/values.h"

#include <string.h>

int lp_choice_of(const char *choices, const char *word, size_t length) {
    for (int place = 0;; place++) {
        size_t size = strcspn(choices, "|");
        if (size == length && memcmp(choices, word, size) == 0)
            return place;
        choices += size;
        if (*choices++ == '\0')
            return -1;
    }
}
