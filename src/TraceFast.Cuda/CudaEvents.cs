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
    public nint Record(nint stream)
    {
        using CurrentContext current = new(_driver, _context);
        if (!_free.TryPop(out nint recorded))
        {
            _driver.Check(_driver.EventCreate(out recorded, 0), "cuEventCreate");
            _all.Add(recorded);
        }
        _driver.Check(_driver.EventRecord(recorded, stream), "cuEventRecord");
        return recorded;
    }

    /// <summary>Waits until the stream has come to an event.</summary>
    /// <exception cref="CudaDriverException">The driver refuses, or work before the event has failed.</exception>
    public void Wait(nint recorded)
    {
        using CurrentContext current = new(_driver, _context);
        _driver.Check(_driver.EventSynchronize(recorded), "cuEventSynchronize");
    }

    /// <summary>From one event to another, both of which have been reached; exact to half a microsecond.</summary>
    /// <exception cref="CudaDriverException">One was not recorded or not reached.</exception>
    public double Seconds(nint from, nint to)
    {
        using CurrentContext current = new(_driver, _context);
        _driver.Check(_driver.EventElapsedTime(out float milliseconds, from, to), "cuEventElapsedTime");
        return milliseconds / 1000.0;
    }

    /// <summary>Lets an event be used again.</summary>
    public void Release(nint recorded) => _free.Push(recorded);

    public void Dispose()
    {
        using (new CurrentContext(_driver, _context))
        {
            foreach (nint made in _all)
                _driver.Check(_driver.EventDestroy(made), "cuEventDestroy");
        }
        _all.Clear();
        _free.Clear();
    }
}
