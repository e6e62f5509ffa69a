using TraceFast.Kernels.Tests.Support;
using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Kernels.Tests.TreeAttention;

/// <summary>What a layout says about its tokens, and what it rejects.</summary>
public sealed class TreeLayoutTests
{
    [Fact]
    public void Positions_go_on_from_the_parent()
    {
        using TreeLayout layout = Forests.Quad(2, 3, 1, 2);
        Assert.Equal([0, 1, 2, 3, 4, 2, 3, 0, 1, 2, 1, 2, 3], layout.Positions);
        Assert.Equal(13, layout.TokenCount);
        Assert.Equal([3], layout.Ancestors(5));
        using TreeLayout deep = Forests.Of((1, -1), (2, 0), (3, 1));
        Assert.Equal([0, 1], deep.Ancestors(2));
    }

    [Fact]
    public void Counts_visible_pairs()
    {
        using TreeLayout layout = Forests.Of((3, -1), (2, 0));
        Assert.Equal(6 + (3 + 1) + (3 + 2), TreeAttentionKernel.VisiblePairs(layout, null));
        Assert.Equal(1 + 2 + 2 + 2 + 2, TreeAttentionKernel.VisiblePairs(layout, 2));
        Assert.Equal(5, TreeAttentionKernel.VisiblePairs(layout, 1));
    }

    [Fact]
    public void Rejects_arrays_that_are_no_forest()
    {
        Rejection.Names("length", "an array of 1", "2 segments", () => _ = new TreeLayout([0, 1], [1], [-1, 0], [0, 1]));
        Rejection.Names("start[1]", "3", "2", () => _ = new TreeLayout([0, 3], [2, 1], [-1, 0], [0, 2]));
        Rejection.Names("length[0]", "-1", "0 or more", () => _ = new TreeLayout([0], [-1], [-1], [0]));
        Rejection.Names("parent[1]", "1", "below 1", () => _ = new TreeLayout([0, 2], [2, 1], [-1, 1], [0, 2]));
        Rejection.Names("firstPosition[1]", "1", "at least 2", () => _ = new TreeLayout([0, 2], [2, 1], [-1, 0], [0, 1]));
        Rejection.Names("firstPosition[0]", "-1", "at least 0", () => _ = new TreeLayout([0], [2], [-1], [-1]));
    }

    [Fact]
    public void Keeps_what_was_derived_until_it_is_disposed()
    {
        TreeLayout layout = TreeLayout.Sequence(3);
        MemoryStream made = layout.Cached((object)("key", 1), () => new MemoryStream());
        Assert.Same(made, layout.Cached((object)("key", 1), () => new MemoryStream()));
        Assert.NotSame(made, layout.Cached((object)("key", 2), () => new MemoryStream()));
        layout.Dispose();
        Assert.False(made.CanRead);
        Assert.Throws<ObjectDisposedException>(() => layout.Cached((object)("key", 1), () => new MemoryStream()));
    }
}
