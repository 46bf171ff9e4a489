import {crc32, deflateRawSync} from "node:zlib";

export interface ZipDraft {
  readonly name: string;
  readonly content: Uint8Array;
  /** The unpacked size that the archive claims, where it lies. */
  readonly claimedBytes?: number;
}

/** The bytes of a zip archive with deflated members, names taken as they are: hostile ones too. */
export function zipBytes(members: readonly ZipDraft[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const {name, content, claimedBytes = content.length} of members) {
    const packed = deflateRawSync(content);
    const fields = (start: number, header: Buffer) => {
      header.writeUInt16LE(20, start);
      header.writeUInt16LE(0x800, start + 2);
      header.writeUInt16LE(8, start + 4);
      header.writeUInt32LE(crc32(content), start + 10);
      header.writeUInt32LE(packed.length, start + 14);
      header.writeUInt32LE(claimedBytes, start + 18);
      header.writeUInt16LE(Buffer.byteLength(name), start + 22);
      return header;
    };
    const local = fields(4, Buffer.alloc(30));
    local.writeUInt32LE(0x04034b50, 0);
    const entry = fields(6, Buffer.alloc(46));
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), packed);
    central.push(entry, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
