/**
 * What the tests of several packages compare with: the equations written plainly, in double, one loop for each, and
 * random cases to run them on. Nothing here calls a kernel.
 */
package org.spikelane.reference;
