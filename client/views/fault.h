/* What the system says of a failure, in the person's language. */
#pragma once

/* For an errno. What is not known here is said in the system's own words. */
const char *fault_words(int error);
