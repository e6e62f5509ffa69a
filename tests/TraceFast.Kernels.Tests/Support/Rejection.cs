namespace TraceFast.Kernels.Tests.Support;

/// <summary>A rejected call says which argument, what was found and what was expected.</summary>
internal static class Rejection
{
    public static void Names(string argument, string found, string expected, Action call)
    {
        KernelArgumentException rejection = Assert.Throws<KernelArgumentException>(call);
        Assert.Equal(argument, rejection.Argument);
        Assert.Contains($"is {found}", rejection.Message);
        Assert.Contains("expected", rejection.Message);
        Assert.Contains(expected, rejection.Message[rejection.Message.IndexOf("expected", StringComparison.Ordinal)..]);
    }
}
