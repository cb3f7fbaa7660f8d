#pragma once

/// Characters of a line of the terminal that standard output is; 100 where it is none.
int terminal_columns();
