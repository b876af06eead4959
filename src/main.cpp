#include "app/command_line.h"

int main(int argc, char** argv) {
  return lastrun::app::run(argc, argv);
}
