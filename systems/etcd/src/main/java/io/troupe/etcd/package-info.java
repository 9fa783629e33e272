@NullMarked
package io.troupe.etcd;

import org.jspecify.annotations.NullMarked;
