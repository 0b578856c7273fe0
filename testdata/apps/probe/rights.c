#include <stdio.h>
#include <unistd.h>

/* Says with whose rights it runs: it is setuid. */
int main(void) {
    puts(geteuid() == 0 ? "root's rights" : "no rights");
    return 0;
}
