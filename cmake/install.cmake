# Install rules: headers, library, CMake package, pkg-config file, shipped rule sets and contracts.
