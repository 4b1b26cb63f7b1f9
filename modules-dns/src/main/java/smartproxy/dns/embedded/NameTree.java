package smartproxy.dns.embedded;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;

/**
 * An immutable map from names, in the canonical order of RFC 4034, section 6.1: what lies below a name follows it. A changed copy
 * shares all but one path with the original, so a change costs O(log n) and whoever holds the original reads on undisturbed.
 * An AVL tree.
 */
final class NameTree<V> implements Iterable<V> {
    private static final class Node<V> {
        final Name name;
        final V value;
        final @Nullable Node<V> left;
        final @Nullable Node<V> right;
        final int height;

        Node(Name name, V value, @Nullable Node<V> left, @Nullable Node<V> right) {
            this.name = name;
            this.value = value;
            this.left = left;
            this.right = right;
            this.height = 1 + Math.max(height(left), height(right));
        }
    }

    private final @Nullable Node<V> root;

    private NameTree(@Nullable Node<V> root) {
        this.root = root;
    }

    static <V> NameTree<V> empty() {
        return new NameTree<>(null);
    }

    Optional<V> get(Name name) {
        var node = root;
        while (node != null) {
            var order = name.compareTo(node.name);
            if (order == 0) {
                return Optional.of(node.value);
            }
            node = order < 0 ? node.left : node.right;
        }
        return Optional.empty();
    }

    /** Whether it has a name below this one. */
    boolean hasBelow(Name name) {
        @Nullable Node<V> next = null;
        var node = root;
        while (node != null) {
            if (name.compareTo(node.name) < 0) {
                next = node;
                node = node.left;
            } else {
                node = node.right;
            }
        }
        return next != null && next.name.subdomain(name);
    }

    NameTree<V> with(Name name, V value) {
        return new NameTree<>(with(root, name, value));
    }

    NameTree<V> without(Name name) {
        return new NameTree<>(without(root, name));
    }

    private static <V> Node<V> with(@Nullable Node<V> node, Name name, V value) {
        if (node == null) {
            return new Node<>(name, value, null, null);
        }
        var order = name.compareTo(node.name);
        if (order == 0) {
            return new Node<>(name, value, node.left, node.right);
        }
        return order < 0
                ? balanced(node, with(node.left, name, value), node.right)
                : balanced(node, node.left, with(node.right, name, value));
    }

    private static <V> @Nullable Node<V> without(@Nullable Node<V> node, Name name) {
        if (node == null) {
            return null;
        }
        var order = name.compareTo(node.name);
        if (order < 0) {
            return balanced(node, without(node.left, name), node.right);
        }
        if (order > 0) {
            return balanced(node, node.left, without(node.right, name));
        }
        if (node.left == null) {
            return node.right;
        }
        if (node.right == null) {
            return node.left;
        }
        var next = node.right;
        while (next.left != null) {
            next = next.left;
        }
        return balanced(next, node.left, without(node.right, next.name));
    }

    private static <V> Node<V> balanced(Node<V> middle, @Nullable Node<V> left, @Nullable Node<V> right) {
        if (left != null && height(left) > height(right) + 1) {
            if (left.right != null && height(left.right) > height(left.left)) {
                return join(left.right, join(left, left.left, left.right.left), join(middle, left.right.right, right));
            }
            return join(left, left.left, join(middle, left.right, right));
        }
        if (right != null && height(right) > height(left) + 1) {
            if (right.left != null && height(right.left) > height(right.right)) {
                return join(
                        right.left, join(middle, left, right.left.left), join(right, right.left.right, right.right));
            }
            return join(right, join(middle, left, right.left), right.right);
        }
        return join(middle, left, right);
    }

    private static <V> Node<V> join(Node<V> middle, @Nullable Node<V> left, @Nullable Node<V> right) {
        return new Node<>(middle.name, middle.value, left, right);
    }

    private static int height(@Nullable Node<?> node) {
        return node == null ? 0 : node.height;
    }

    /** The height of the tree, at most 1.44 log2 of its size. */
    int height() {
        return height(root);
    }

    /** The values in the order of their names. */
    @Override
    public Iterator<V> iterator() {
        return new Walk<>(root);
    }

    private static final class Walk<V> implements Iterator<V> {
        private final Deque<Node<V>> path = new ArrayDeque<>();

        Walk(@Nullable Node<V> root) {
            descend(root);
        }

        private void descend(@Nullable Node<V> from) {
            for (var node = from; node != null; node = node.left) {
                path.push(node);
            }
        }

        @Override
        public boolean hasNext() {
            return !path.isEmpty();
        }

        @Override
        public V next() {
            if (path.isEmpty()) {
                throw new NoSuchElementException();
            }
            var node = path.pop();
            descend(node.right);
            return node.value;
        }
    }
}
