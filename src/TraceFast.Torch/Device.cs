namespace TraceFast.Torch;

/// <summary>Kinds of device, numbered as c10::DeviceType.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
    META = 14,
}

public static partial class torch
{
    public static readonly Device CPU = new(DeviceType.CPU);

    public static readonly Device META = new(DeviceType.META);

    public static Device CUDA { get; } = new(DeviceType.CUDA);

    /// <summary>A device from "cpu", "cuda" or "cuda:1".</summary>
    public static Device device(string description) => new(description);

    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    /// <summary>Where a tensor lies. Index -1 is the current device of its type.</summary>
    public class Device
    {
        public DeviceType type { get; private set; }

        public int index { get; private set; } = -1;

        /// <exception cref="ArgumentException">No such device type, or no number after the colon.</exception>
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            string[] parts = description.Split(':');
            if (parts.Length > 2 || !Enum.TryParse(parts[0], ignoreCase: true, out DeviceType parsed) || char.IsAsciiDigit(description.FirstOrDefault()))
                throw new ArgumentException($"'{description}' is no device: expected cpu, cuda or cuda:N", nameof(description));
            type = parsed;
            if (parts.Length == 2)
                index = int.TryParse(parts[1], System.Globalization.NumberStyles.None, null, out int i)
                    ? i
                    : throw new ArgumentException($"'{description}' is no device: '{parts[1]}' is no index", nameof(description));
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public override string ToString()
        {
#pragma warning disable CA1308 // PyTorch writes devices in lower case
            string name = type.ToString().ToLowerInvariant();
#pragma warning restore CA1308
            return type == DeviceType.CPU || index == -1 ? name : $"{name}:{index}";
        }

        public static implicit operator Device(string description) => new(description);
    }
}
