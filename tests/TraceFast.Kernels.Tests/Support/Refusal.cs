namespace TraceFast.Kernels.Tests;

/// <summary>A refused call says which argument, what was found and what was expected.</summary>
internal static class Refusal
{
    public static void Names(string argument, string found, string expected, Action call)
    {
        KernelArgumentException refusal = Assert.Throws<KernelArgumentException>(call);
        Assert.Equal(argument, refusal.Argument);
        Assert.Contains($"is {found}", refusal.Message);
        Assert.Contains("expected", refusal.Message);
        Assert.Contains(expected, refusal.Message[refusal.Message.IndexOf("expected", StringComparison.Ordinal)..]);
    }
}
