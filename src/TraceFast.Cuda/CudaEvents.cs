namespace TraceFast.Cuda;

/// <summary>
/// Events of one context, which tell when a stream came to them. They are kept when they are released, and used again.
/// </summary>
public sealed class CudaEvents : IDisposable
{
    private readonly ICudaDriver _driver;
    private readonly nint _context;
    private readonly List<nint> _all = [];
    private readonly Stack<nint> _free = [];

    internal CudaEvents(ICudaDriver driver, nint context) => (_driver, _context) = (driver, context);

    /// <summary>Records an event after the work that the stream has been given.</summary>
    /// <exception cref="CudaDriverException">The driver refuses.</exception>
    public nint Record(nint stream) => InContext(() =>
    {
        if (!_free.TryPop(out nint recorded))
        {
            Check(_driver.EventCreate(out recorded, 0), "cuEventCreate");
            _all.Add(recorded);
        }
        Check(_driver.EventRecord(recorded, stream), "cuEventRecord");
        return recorded;
    });

    /// <summary>Waits until the stream has come to an event.</summary>
    /// <exception cref="CudaDriverException">The driver refuses, or work before the event has failed.</exception>
    public void Wait(nint recorded) => InContext(() =>
    {
        Check(_driver.EventSynchronize(recorded), "cuEventSynchronize");
        return 0;
    });

    /// <summary>From one event to another, both of which have been reached; exact to half a microsecond.</summary>
    /// <exception cref="CudaDriverException">One was not recorded or not reached.</exception>
    public double Seconds(nint from, nint to) => InContext(() =>
    {
        Check(_driver.EventElapsedTime(out float milliseconds, from, to), "cuEventElapsedTime");
        return milliseconds / 1000.0;
    });

    /// <summary>Lets an event be used again.</summary>
    public void Release(nint recorded) => _free.Push(recorded);

    public void Dispose()
    {
        InContext(() =>
        {
            foreach (nint made in _all)
                Check(_driver.EventDestroy(made), "cuEventDestroy");
            return 0;
        });
        _all.Clear();
        _free.Clear();
    }

    private T InContext<T>(Func<T> work)
    {
        // Autograd's threads have no context, or another device's.
        Check(_driver.CtxPushCurrent(_context), "cuCtxPushCurrent");
        try
        {
            return work();
        }
        finally
        {
            Check(_driver.CtxPopCurrent(out _), "cuCtxPopCurrent");
        }
    }

    private void Check(CudaResult result, string call)
    {
        if (result != CudaResult.Success)
            throw new CudaDriverException(call, result, _driver.Describe(result));
    }
}
