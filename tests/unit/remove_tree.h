#ifndef REMOVE_TREE_H
#define REMOVE_TREE_H

/* Removes a folder that a test has made, with all that is in it. */
void remove_tree(const char *path);

#endif
