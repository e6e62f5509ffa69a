namespace TraceFast.Cuda;

/// <summary>
/// A context that is current on this thread until it is disposed of: autograd's threads have none, or another device's.
/// </summary>
internal readonly ref struct CurrentContext
{
    private readonly ICudaDriver _driver;

    public CurrentContext(ICudaDriver driver, nint context)
    {
        _driver = driver;
        driver.Check(driver.CtxPushCurrent(context), "cuCtxPushCurrent");
    }

    public void Dispose() => _driver.Check(_driver.CtxPopCurrent(out _), "cuCtxPopCurrent");
}
